"""Wild input to the parsers: a verdict or an end, never anything else."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from switchhook_audiohook.protocol import Media, ServerSession, events
from switchhook_audiohook.signature import UpgradeRequest, Verdict, sign, verify

from .at_once import Seen, at_once
from .raw_client import SESSION as ID
from .raw_client import RawClient

CONNECT = "/7d7c2f3e-9a41-4c0e-8f36-2b1d5a6c7e80/connect?version=2024-08-25"
NOW = 1_750_000_000.0
SECRET = b"secret"
HEADERS = [(f"Audiohook-{name}-Id", ID) for name in ("Organization", "Session", "Correlation")]
ASKED = UpgradeRequest("GET", CONNECT, "voice.example.com", HEADERS)
SIGNED = [*HEADERS, *sign(ASKED, "key", SECRET, NOW, "0123456789012345678901")]


# --- Signature headers


edits = st.tuples(
    st.sampled_from(["cut", "insert", "repeat", "swap", "case"]),
    st.integers(0, 400),
    st.integers(1, 20),
    st.sampled_from(
        ['"', ";", "=", ",", ":", "(", ")", " ", "\\", "\t", "9" * 30, "é", "\udc80", "?1", '"@method"']
    ),
)


def edited(text, edit):
    how, at, length, new = edit
    at %= len(text) + 1
    cut = text[at : at + length]
    return (
        text[:at]
        + {
            "cut": "",
            "insert": new + cut,
            "repeat": cut + cut,
            "swap": cut[::-1],
            "case": cut.swapcase(),
        }[how]
        + text[at + length :]
    )


def meaning(headers):
    """What a signature covers, and the signature: the same for two requests that say the same."""
    return {name.lower(): re.sub(r"\s", "", value) for name, value in headers}


@given(
    st.sampled_from(["Signature", "Signature-Input", "X-API-KEY"]), st.lists(edits, min_size=1, max_size=3)
)
def test_an_edited_header_gets_a_verdict_and_passes_only_if_it_says_the_same(name, several):
    headers = []
    for field, value in SIGNED:
        text = value
        for edit in several if field.lower() == name.lower() else ():
            text = edited(text, edit)
        headers.append((field, text))
    request = UpgradeRequest("GET", CONNECT, "voice.example.com", headers)
    verdict = at_once(verify(request, {"key": SECRET}, NOW, Seen()))
    assert isinstance(verdict, Verdict)
    assert verdict is not Verdict.VERIFIED or meaning(headers) == meaning(SIGNED)


@given(st.permutations(SIGNED))
def test_headers_in_any_order_are_verified(headers):
    request = UpgradeRequest("GET", CONNECT, "voice.example.com", headers)
    assert at_once(verify(request, {"key": SECRET}, NOW, Seen())) is Verdict.VERIFIED


@given(st.permutations(SIGNED), st.sampled_from(HEADERS))
def test_a_signed_header_that_comes_twice_is_refused(headers, again):
    request = UpgradeRequest("GET", CONNECT, "voice.example.com", [*headers, again])
    assert at_once(verify(request, {"key": SECRET}, NOW, Seen())) is not Verdict.VERIFIED


# --- JSON


ODD = [
    "1e400", "-0", "NaN", "Infinity", "9" * 400, '"\\ud800"', "[" * 500, "{" * 500, '"' + "x" * 60_000 + '"',
    "null", "true", '{"a":1,"a":2}', '"\\u0000"', "PT1S", "[]", "{}", '""', "-1", "1.5",
]  # fmt: skip
FIELDS = ["version", "id", "type", "seq", "serverseq", "position", "parameters"]


@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(ODD)), max_size=3), st.booleans())
def test_an_odd_envelope_is_a_broken_rule_or_ignored(changes, opened):
    client = RawClient()
    if opened:
        client.open()
    good = {"version": '"2"', "id": f'"{ID}"', "type": '"dtmf"', "seq": str(client.seq + 1)}
    good |= {"serverseq": "0", "position": '"PT0S"', "parameters": '{"digit":"5"}'} | dict(changes)
    told = client.send_text("{" + ",".join(f'"{name}":{value}' for name, value in good.items()) + "}")
    assert all(
        isinstance(each, events.Ignored | events.ProtocolViolation | events.DigitReceived | events.Drifted)
        for each in told
    )


@given(st.sampled_from(list(RawClient().opening())), st.sampled_from(ODD))
def test_an_open_of_other_types_is_refused_or_read(name, value):
    client = RawClient()
    parameters = {key: json.dumps(each) for key, each in client.opening().items()} | {name: value}
    text = ",".join(f'"{key}":{each}' for key, each in parameters.items())
    told = client.send_text(
        f'{{"version":"2","id":"{ID}","type":"open","seq":1,"serverseq":0,"position":"PT0S","parameters":{{{text}}}}}'
    )
    assert isinstance(told[0], events.Opening | events.ProtocolViolation)


@given(st.lists(st.binary(max_size=2000), max_size=10), st.sampled_from(["PCMU", "L16"]), st.booleans())
def test_audio_of_any_bytes_is_heard_in_whole_samples_or_a_broken_rule(frames, coding, both):
    channels = ("external", "internal") if both else ("external",)
    session = ServerSession(ID, ID, lambda: 0.0)
    client = RawClient()
    client.session = session
    client.send("open", client.opening(organizationId=ID), id=ID)
    session.opened(Media(format=coding, channels=channels))
    width = 2 if coding == "L16" else 1
    for frame in frames:
        heard = session.receive_audio(frame)
        assert len(heard) % width == 0
        assert len(heard) in (0, len(frame) // len(channels))
    odd = [frame for frame in frames if len(frame) % (width * len(channels))]
    assert bool(session.violation) is bool(odd)
