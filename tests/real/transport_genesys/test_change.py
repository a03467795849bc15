"""Other settings while the transport serves: for connections that come from then on."""

import contextlib
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from switchhook import Busy, Options, ServerSettings, SettingsError, StartError
from switchhook_audiohook.protocol import events
from switchhook_audiohook.settings import GenesysSettings
from switchhook_transport_genesys.server import GenesysTransport

from .live import CONNECT, TABLE, dialled, headers_for

pytestmark = pytest.mark.anyio

OTHER = "b3RoZXIgc2VjcmV0IG9mIHRoaXMgdGVzdA=="
BANK = {"bank": {"integration": "main", "instance_id": "7"}}


def options(table):
    return Options(table, place="transport", base=Path())


@asynccontextmanager
async def serving(lobby, table=TABLE, **server):
    """A transport, and its URL."""
    given = {"port": 0} | server
    transport = GenesysTransport(options(table).parse(GenesysSettings), ServerSettings(**given))

    def change(table=TABLE, connectors=BANK, **server):
        return transport.change(options(table), ServerSettings(**given | server), connectors)

    async with anyio.create_task_group() as group:
        [url] = await group.start(transport.serve, lobby)
        with anyio.fail_after(20):
            yield url, change
        group.cancel_scope.cancel()


def keys(*given):
    return {"integrations": {"main": {"keys": [{"api_key": k, "client_secret": s} for k, s in given]}}}


async def admitted(url, **more):
    """What comes of an upgrade and an `open`: the status of a refusal, or what the client is told."""
    try:
        async with dialled(url, **more) as phone:
            return await phone.open()
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_another_key_is_known_and_the_old_one_is_not(lobby):
    async with serving(lobby) as (url, change):
        assert await admitted(url, secret=OTHER) == 401
        assert list(change(keys(("key", OTHER)))()) == []
        assert isinstance(await admitted(url, secret=OTHER), events.Opened)
        assert await admitted(url) == 401


async def test_nothing_changes_before_it_is_put_into_force(lobby):
    async with serving(lobby) as (url, change):
        change(keys(("key", OTHER)))
        assert isinstance(await admitted(url), events.Opened)


async def test_a_call_goes_on_when_its_key_and_its_connector_are_gone(lobby):
    async with serving(lobby) as (url, change), dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        change(keys(("other", OTHER)), {"sales": {"integration": "main", "instance_id": "8"}})()
        await phone.say(b"a" * 1600)
        await call.until(lambda call: len(call.heard) == 1600)
        assert call.events == []


async def test_connectors_are_found_where_they_are_now(lobby):
    async with serving(lobby) as (url, change):
        lobby.connectors = {"sales": {"integration": "main", "instance_id": "8"}}
        change(connectors=lobby.connectors)()
        assert isinstance(await admitted(url, path="/8/connect"), events.Opened)
        assert (await lobby.legs.receive()).leg.info.connector == "sales"
        assert "unknown connector" in (await admitted(url, path=CONNECT)).info


async def test_a_call_that_was_let_in_before_is_opened_as_it_was_let_in(lobby):
    async with serving(lobby) as (url, change), dialled(url) as phone:
        change(connectors={})()
        assert isinstance(await phone.open(), events.Opened)


async def test_limits_on_calls_count_those_that_are_live_already(lobby):
    async with serving(lobby) as (url, change), dialled(url) as phone:
        await phone.open()
        await lobby.legs.receive()
        change(TABLE | {"limits": {"per_connector": 1}})()
        assert (await admitted(url)).info == "too many calls to this connector"
        change()()
        assert isinstance(await admitted(url), events.Opened)


async def test_what_happens_to_calls_too_many_changes(lobby):
    lobby.busy = Busy.FULL
    async with serving(lobby) as (url, change):
        assert (await admitted(url)).info == "too many calls"
        change(TABLE | {"when_full": "refuse"})()
        assert await admitted(url) == 503


async def test_a_signed_request_is_not_let_in_twice_by_another_reading(lobby):
    async with serving(lobby) as (url, change):
        headers = headers_for(url, "/")
        async with connect(url, additional_headers=headers, proxy=None):
            pass
        change()()
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers=headers, proxy=None)


@pytest.mark.parametrize(
    ("table", "connectors", "said"),
    [
        (keys(), BANK, "transport.integrations.main.keys"),
        (TABLE | {"when": 1}, BANK, "transport.when: unknown key"),
        (TABLE, {"bank": {"integration": "none", "instance_id": "7"}}, "connectors.bank.address.integration"),
    ],
)
async def test_wrong_settings_are_refused_and_nothing_changes(lobby, table, connectors, said):
    async with serving(lobby) as (url, change):
        with pytest.raises(SettingsError, match=said):
            change(table, connectors)
        assert isinstance(await admitted(url), events.Opened)


async def test_settings_that_stay_until_a_restart_are_named(lobby):
    limits = {"handshake": 3, "waiting": 7, "per_host": 7, "message": 2048, "messages": 9}
    async with serving(lobby) as (_, change):
        names = change(TABLE | {"limits": limits})()
        assert list(names) == [f"transport.limits.{name}" for name in ("handshake", "waiting", "per_host")]
        assert list(change()()) == []


# --- TLS


def issue(folder, name):
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    files = {"certificate": folder / f"{name}.crt", "key": folder / f"{name}.key"}
    issued.cert_chain_pems[0].write_to_path(files["certificate"])
    issued.private_key_pem.write_to_path(files["key"])
    return authority, files


async def trusted(url, authority):
    """Whether the certificate is of this authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with contextlib.suppress(ssl.SSLError, anyio.BrokenResourceError):
        async with await anyio.connect_tcp(
            "127.0.0.1", int(url.split(":")[-1].strip("/")), ssl_context=context, tls_hostname="localhost"
        ):
            return True
    return False


async def test_another_certificate_is_used_at_once(lobby, tmp_path):
    (old, files), (new, others) = issue(tmp_path, "old"), issue(tmp_path, "new")
    async with serving(lobby, tls=files) as (url, change):
        assert await trusted(url, old)
        assert list(change(tls=others)()) == []
        assert await trusted(url, new)


async def test_a_certificate_that_cannot_be_read_changes_nothing(lobby, tmp_path):
    authority, files = issue(tmp_path, "old")
    async with serving(lobby, tls=files) as (url, change):
        with pytest.raises(StartError, match=r"server\.tls\.certificate: cannot read"):
            change(tls=files | {"certificate": tmp_path / "none"})
        assert await trusted(url, authority)


async def test_tls_itself_begins_and_ends_with_a_restart(lobby, tmp_path):
    _, files = issue(tmp_path, "old")
    async with serving(lobby) as (_, change):
        assert list(change(tls=files)()) == ["server.tls"]
    async with serving(lobby, tls=files) as (_, change):
        assert list(change(tls=None)()) == ["server.tls"]
