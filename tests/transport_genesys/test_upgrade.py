"""The decision on an upgrade request, without sockets."""

from http import HTTPStatus
from pathlib import Path

import pytest

from switchhook import Options, ServerSettings, SettingsError
from switchhook_audiohook.credentials import decode_secret
from switchhook_audiohook.settings import GenesysSettings
from switchhook_audiohook.signature import UpgradeRequest, sign
from switchhook_transport_genesys.routing import Place, Routes
from switchhook_transport_genesys.upgrade import Admitted, Gate

from ..audiohook.at_once import Seen, at_once

NOW = 1_700_000_000.0
SECRET = "E8opCrTIQKtap+wCdxLajF3HhU+RJDD2o1mzOl7RyDY="
ID = "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"
HEADERS = [
    ("Audiohook-Organization-Id", ID),
    ("Audiohook-Session-Id", ID),
    ("Audiohook-Correlation-Id", ID),
]
TABLE = {
    "integrations": {
        "main": {
            "keys": [{"api_key": "old", "client_secret": SECRET}, {"api_key": "new", "client_secret": SECRET}]
        },
        "lab": {"keys": [{"api_key": "open", "unsigned": True}]},
    }
}
SETTINGS = Options(TABLE, place="transport", base=Path()).parse(GenesysSettings)


def gate(**server):
    settings = ServerSettings(**server)
    return Gate(SETTINGS, settings, Routes(settings.public_url, {}), Seen())


def signed(
    target="/7/connect", authority="voice.example.com", key="old", headers=HEADERS, host=None, nonce="n" * 22
):
    headers = [("Host", host or authority), *headers]
    request = UpgradeRequest("GET", target, authority, headers)
    secret = None if key == "open" else decode_secret(SECRET)
    return UpgradeRequest("GET", target, "", headers + sign(request, key, secret, NOW, nonce))


def test_a_signed_request_is_let_in():
    judged = at_once(gate().judge(signed(), "10.0.0.1", NOW))
    assert judged == Admitted(ID, ID, ID, "main", Place("7"), None, "10.0.0.1")


def test_both_keys_of_a_rotation_are_good():
    door = gate()
    assert isinstance(at_once(door.judge(signed(key="old"), "", NOW)), Admitted)
    assert isinstance(at_once(door.judge(signed(key="new"), "", NOW)), Admitted)


def test_the_same_request_is_not_let_in_twice():
    door = gate()
    at_once(door.judge(signed(), "", NOW))
    refused = at_once(door.judge(signed(), "", NOW))
    assert (refused.status, refused.reason) == (HTTPStatus.UNAUTHORIZED, "nonce-replayed")


def test_an_unsigned_request_is_let_in_only_where_the_key_says_so():
    unsigned = [("X-API-KEY", "old"), *HEADERS]
    assert isinstance(at_once(gate().judge(signed(key="open"), "", NOW)), Admitted)
    refused = at_once(gate().judge(UpgradeRequest("GET", "/", "", unsigned), "", NOW))
    assert (refused.status, refused.reason, refused.delay) == (401, "missing-signature", True)


def test_a_session_id_that_is_no_uuid_is_a_bad_request():
    headers = [(name, "1234" if "Session" in name else value) for name, value in HEADERS]
    refused = at_once(gate().judge(signed(headers=headers), "", NOW))
    assert (refused.status, refused.reason) == (400, "audiohook-session-id is not a UUID")


def test_an_unknown_path_is_not_found():
    assert at_once(gate().judge(signed(target="/x/y/z"), "", NOW)).status == 404


def test_the_signature_is_looked_at_before_all_else():
    assert at_once(gate().judge(UpgradeRequest("GET", "/x/y/z", "", []), "", NOW)).status == 401


@pytest.mark.parametrize(
    ("header", "value"), [("0", 0), ("3", 3), (None, None), ("-1", None), ("many", None)]
)
def test_the_attempt_is_read_when_it_is_a_number(header, value):
    more = [("Audiohook-Retry-Attempt", header)] if header else []
    assert at_once(gate().judge(signed(headers=HEADERS + more), "", NOW)).retry_attempt == value


def test_the_public_url_is_the_authority_whatever_the_host_says():
    door = gate(public_url="wss://voice.example.com/")
    assert isinstance(at_once(door.judge(signed(host="internal:8443"), "", NOW)), Admitted)


@pytest.mark.parametrize(("remote", "admitted"), [("10.1.2.3", True), ("192.0.2.1", False), ("", False)])
def test_a_forwarded_host_is_believed_of_trusted_proxies_alone(remote, admitted):
    door = gate(proxy={"trusted": ["10.0.0.0/8"]})
    headers = [*HEADERS, ("X-Forwarded-Host", "evil.example, voice.example.com")]
    request = signed(headers=headers, host="internal:8443")
    assert isinstance(at_once(door.judge(request, remote, NOW)), Admitted) is admitted


def test_trusted_proxies_are_networks():
    with pytest.raises(SettingsError, match=r"server\.proxy\.trusted"):
        gate(proxy={"trusted": ["everyone"]})


def test_a_refusal_tells_ids_but_no_key():
    refused = at_once(
        gate().judge(signed(key="old", authority="other", host="voice.example.com"), "10.0.0.1", NOW)
    )
    assert refused.details == {
        "remote": "10.0.0.1",
        "organization_id": ID,
        "session_id": ID,
        "correlation_id": ID,
    }


def test_what_is_no_uuid_is_not_repeated_in_a_refusal():
    request = UpgradeRequest("GET", "/", "", [("Audiohook-Session-Id", "<script>")])
    assert at_once(gate().judge(request, "", NOW)).details == {"remote": ""}


def gate_with(table, **server):
    settings = Options(TABLE | table, place="transport", base=Path()).parse(GenesysSettings)
    return Gate(settings, ServerSettings(**server), Routes(None, {}), Seen())


def test_a_repeated_request_may_be_let_in_and_marked():
    door = gate_with({"replayed": "log"})
    at_once(door.judge(signed(), "", NOW))
    assert at_once(door.judge(signed(), "", NOW)).replayed is True


def test_repeated_requests_may_go_unnoticed():
    door = gate_with({"replayed": "off"})
    at_once(door.judge(signed(), "", NOW))
    assert at_once(door.judge(signed(), "", NOW)).replayed is False


def test_of_what_a_trusted_proxy_forwards_the_last_address_is_the_clients():
    forwarded = [*HEADERS, ("X-Forwarded-For", "198.51.100.1, 203.0.113.9")]
    door = gate(proxy={"trusted": ["10.0.0.0/8"]})
    assert at_once(door.judge(signed(headers=forwarded), "10.0.0.1", NOW)).remote == "203.0.113.9"
    other = signed(headers=forwarded, nonce="m" * 22)
    assert at_once(door.judge(other, "192.0.2.1", NOW)).remote == "192.0.2.1"


def test_every_refusal_has_a_likely_cure():
    from switchhook_audiohook.signature import Verdict
    from switchhook_transport_genesys.cures import CURES, cure

    assert all(cure(verdict.value) for verdict in Verdict)
    assert "clocks" in cure("expired")
    assert set(CURES) >= {"bad-signature", "wrong-key", "nonce-replayed", "unknown path"}
