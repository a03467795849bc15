"""What a stranger's upgrade request costs: no more steps than it has bytes, and few before it has a key."""

import re
from importlib import import_module
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import ServerSettings
from switchhook_audiohook.protocol import ServerSession
from switchhook_audiohook.protocol.reading import repair
from switchhook_audiohook.settings import LimitSettings
from switchhook_audiohook.signature import UpgradeRequest, Verdict, sign, verify
from switchhook_transport_genesys import door
from switchhook_transport_genesys.routing import Routes
from switchhook_transport_genesys.upgrade import Gate

from ..audiohook.at_once import Seen, at_once
from ..audiohook.raw_client import SESSION as ID
from .steps import steps
from .test_upgrade import HEADERS, SETTINGS

NOW = 1_700_000_000.0
KEYS = {"old": b"secret", "new": b"other"}
FEW = 2_000  # steps; a request of Genesys' own is judged in about half of them
UNITS = [
    "a", ",", ";", "=", '"', "\\", "(", ")", "()", ":", "::", "/", "//", "%", "%41", "%2F", "?", "&", "a=b&",
    " ", "\t", "\r\n ", "\n", 'a=("b");c="d", ', "a=(", '"@path" ', ";a", "a=1;", "-1", "9", "@1", "?1",
    '%"', "*", "10.0.0.1, ", "[", "::1", "\xff", "Upgrade, ",
]  # fmt: skip
NAMES = [
    "Host", "X-API-KEY", "Signature", "Signature-Input", "X-Forwarded-For", "X-Forwarded-Host",
    "Audiohook-Session-Id", "Audiohook-Retry-Attempt", "Connection", "Other",
]  # fmt: skip


def gate():
    server = ServerSettings(proxy={"trusted": ["10.0.0.0/8"]})
    return Gate(SETTINGS, server, Routes("wss://voice.example.com/a/b", {}), Seen())


def judged(target, headers):
    at_once(gate().judge(UpgradeRequest("GET", target, "", headers), "10.0.0.1", NOW))


def grows_like(work, size):
    """From the one size to twice that: at most as much again, and a little for what is not proportional."""
    once, twice = steps(work, size), steps(work, 2 * size)
    return twice <= 2 * once + 50


# --- Growth


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
@pytest.mark.parametrize("name", NAMES)
def test_one_long_header_costs_no_more_than_its_length(name, unit):
    known = ("X-API-KEY", "old")
    rest = [known, *HEADERS] if name != "X-API-KEY" else HEADERS

    def work(size):
        written = [("Signature-Input", "a=()"), ("Signature", "a=:YQ==:")]
        others = [item for item in written if item[0] != name]
        judged("/", [*rest, *others, (name, unit * (size // len(unit)))])

    assert grows_like(work, 1_000)
    assert grows_like(work, 100_000)


@pytest.mark.parametrize("name", NAMES)
def test_many_headers_cost_no_more_than_their_number(name):
    def work(size):
        judged("/", [("X-API-KEY", "old"), *HEADERS, *[(name, 'a=("b");c="d"')] * size])

    assert grows_like(work, 1_000)


def test_a_signature_over_many_headers_costs_no_more_than_their_number():
    """By a holder of a key: each header that is signed is looked up twice."""

    def work(size):
        more = [(f"h{number}", "x") for number in range(size)]
        covered = " ".join(f'"{name}"' for name, _ in more)
        written = f'a=("@request-target" {covered})'
        judged("/", [("X-API-KEY", "old"), ("Signature-Input", written), ("Signature", "a=:YQ==:"), *more])

    assert grows_like(work, 100)


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_long_target_costs_no_more_than_its_length(unit):
    routes = Routes("wss://voice.example.com/a/b", {})

    def work(size):
        routes.locate("/a/b/7/connect" + unit * (size // len(unit)))
        routes.locate("/a/b" + unit * (size // len(unit)))
        routes.locate("/a/b/7/connect?" + unit * (size // len(unit)))

    assert grows_like(work, 4_000)


@pytest.mark.parametrize("unit", ["\\", "\\\\", r"\ud800", r"\ud83d\ude00", r"\u0041", "\0", "[", '"', "{}"])
def test_a_long_message_costs_no_more_than_its_length(unit):
    def work(size):
        ServerSession(ID, ID, lambda: 0.0).receive_text('{"a":"' + unit * (size // len(unit)) + '"}')

    assert grows_like(work, 20_000)


# --- What a request may cost before its key is known


FIELD = st.lists(st.sampled_from(UNITS), max_size=40).map("".join)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), FIELD, st.integers(1, 400)), max_size=20),
    FIELD,
    st.integers(1, 200),
)
def test_whatever_a_stranger_sends_is_judged_in_few_steps(fields, target, times):
    headers = [(name, unit * count) for name, unit, count in fields]
    assert steps(judged, "/" + target * times, headers) < FEW


@pytest.mark.parametrize("key", ["unknown", "old"])
@pytest.mark.parametrize("field", ["Signature-Input", "Signature"])
@pytest.mark.parametrize("unit", ['a=("b");c="d"', "a=:YQ==:", "a", 'a="', "a=(((("])
def test_a_signature_of_a_megabyte_is_not_parsed(key, field, unit):
    line = ",".join([unit] * (8_000 // len(unit)))
    headers = [("X-API-KEY", key), ("Signature", "a=:YQ==:"), ("Signature-Input", "a=()")]
    headers = [item for item in headers if item[0] != field] + [(field, line)] * 120
    request = UpgradeRequest("GET", "/", "", headers)
    assert steps(lambda: at_once(verify(request, KEYS, NOW, Seen()))) < 100


def test_a_signature_of_an_unknown_key_is_not_parsed(monkeypatch):
    def parse(*arguments, **options):
        raise AssertionError("parsed")

    monkeypatch.setattr("http_sf.parse", parse)
    request = UpgradeRequest(
        "GET", "/", "", [("X-API-KEY", "x"), ("Signature", "("), ("Signature-Input", "(")]
    )
    assert at_once(verify(request, KEYS, NOW, Seen())) is Verdict.WRONG_KEY


@pytest.mark.parametrize("size", [1_500, 2_100])
def test_a_signature_of_up_to_two_kilobytes_is_verified(size):
    request = UpgradeRequest("GET", "/", "voice.example.com", HEADERS)
    made = sign(request, "old", b"secret", NOW, "n" * size)
    signed = UpgradeRequest("GET", "/", "voice.example.com", [*HEADERS, *made])
    expected = Verdict.VERIFIED if len(dict(made)["Signature-Input"]) <= 2_048 else Verdict.MALFORMED_INPUT
    assert at_once(verify(signed, KEYS, NOW, None)) is expected
    assert (size > 2_048) is (expected is not Verdict.VERIFIED)


# --- Regular expressions, whose steps cannot be counted


READERS = [
    *(f"switchhook_audiohook.{name}" for name in ("signature", "protocol.messages", "protocol.reading")),
    "switchhook_audiohook.protocol.durations",
    *(f"switchhook_transport_genesys.{name}" for name in ("upgrade", "routing", "callinfo")),
]
PATTERNS = [
    pytest.param(value, id=f"{name.partition('.')[2]}.{attribute}")
    for name in READERS
    for attribute, value in vars(import_module(name)).items()
    if isinstance(value, re.Pattern)
]
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def unbounded(tree):
    """Each repetition without a bound: whether it can be entered again, and what it repeats."""
    for code, argument in tree:
        if code in REPEATS and argument[1] is codes.MAXREPEAT:
            yield code, argument[2]
        for inner in inner_trees(code, argument):
            yield from unbounded(inner)


def inner_trees(code, argument):
    if code in REPEATS:
        return [argument[2]]
    if code is codes.SUBPATTERN:
        return [argument[3]]
    return argument[1] if code is codes.BRANCH else []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_can_try_the_same_text_in_several_ways(pattern):
    """A repetition without bound is of single characters, or is never entered again; and there is one."""
    found = list(unbounded(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)))
    assert len(found) <= 1
    for code, repeated in found:
        single = len(repeated) == 1 and repeated[0][0] in (codes.IN, codes.LITERAL, codes.NOT_LITERAL)
        assert single or code is codes.POSSESSIVE_REPEAT
        assert not list(unbounded(repeated))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_nothing_that_may_fail_follows_a_repetition_without_bound(pattern):
    """Else a search would run to its end from each of its places."""

    def ends_with_it(tree):
        for at, (code, argument) in enumerate(tree):
            if code in REPEATS and argument[1] is codes.MAXREPEAT:
                return at == len(tree) - 1
            if any(list(unbounded(inner)) for inner in inner_trees(code, argument)):
                return at == len(tree) - 1 and all(map(ends_with_it, inner_trees(code, argument)))
        return True

    assert ends_with_it(list(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)))


def test_the_patterns_are_found():
    assert len(PATTERNS) >= 8
    assert repair("x") == "x"


# --- Those who are refused


def test_refusals_that_wait_leave_room_for_a_caller_of_the_same_address():
    assert LimitSettings().per_host > door.MAX_WAITING
    assert LimitSettings().waiting > door.MAX_WAITING
