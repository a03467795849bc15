"""The published vectors, each with its verdict."""

import base64
import json
from pathlib import Path

import anyio
import pytest
import trio.testing

from switchhook.testing import MemoryState
from switchhook_audiohook.nonces import PASSES, Nonces
from switchhook_audiohook.signature import UpgradeRequest, Verdict, sign, verify

from .at_once import Seen, at_once

VECTORS = json.loads((Path(__file__).parent / "data" / "signatures.json").read_text("utf-8"))
CASES = {case["name"]: case for case in VECTORS["cases"]}
KEYS = {key: base64.b64decode(secret) for key, secret in VECTORS["keys"].items()}
IDS = [
    ("Audiohook-Organization-Id", "5f0f6a1e-3c1b-4a52-9b0e-7d5a1a1f2c33"),
    ("Audiohook-Session-Id", "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"),
    ("Audiohook-Correlation-Id", "e160e428-53e2-487c-977d-96989bf5c99d"),
]
NONCE = "VGhpc0lzQVVuaXF1ZU5vbmNl"


def request_of(case):
    parts = case["request"]
    headers = [(name, value) for name, value in parts["headers"]]
    return UpgradeRequest(parts["method"], parts["target"], parts["authority"], headers)


def signed(secret=b"secret", now=1000.0, key="key", nonce=NONCE):
    request = UpgradeRequest("GET", "/", "example.com", IDS)
    return UpgradeRequest("GET", "/", "example.com", [*IDS, *sign(request, key, secret, now, nonce)])


@pytest.mark.parametrize("name", CASES)
def test_every_vector_gets_its_verdict(name):
    case, nonces = CASES[name], Seen()
    for before in case.get("before", []):
        assert (
            at_once(verify(request_of(CASES[before]), KEYS, CASES[before]["now"], nonces)) is Verdict.VERIFIED
        )
    assert at_once(verify(request_of(case), KEYS, case["now"], nonces)) == case["verdict"]


def test_the_vectors_and_the_verdicts_are_complete():
    assert len(CASES) == 101
    assert [verdict.value for verdict in Verdict] == VECTORS["verdicts"]


def test_signing_reproduces_the_example_of_the_documentation():
    request = request_of(CASES["docs-example"])
    unsigned = [item for item in request.headers if not item[0].startswith(("X-API", "Signature"))]
    bare = UpgradeRequest("GET", request.target, request.authority, unsigned)
    key = "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh"
    assert sign(bare, key, KEYS[key], 1641013200, NONCE, lifetime=1641013230) == [
        (name, request.header(name.lower())) for name in ("X-API-KEY", "Signature-Input", "Signature")
    ]


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({"key": None}, Verdict.VERIFIED),
        ({"key": b"secret"}, Verdict.MISSING_SIGNATURE),
        ({"other": None}, Verdict.MISSING_SIGNATURE),
    ],
)
def test_an_unsigned_request_passes_only_under_a_key_that_allows_it(keys, verdict):
    request = UpgradeRequest("GET", "/", "example.com", [*IDS, ("X-API-KEY", "key")])
    assert at_once(verify(request, keys, 0, Seen())) is verdict


@pytest.mark.parametrize("secret", [None, b""])
def test_a_signed_request_under_a_key_without_secret_is_refused(secret):
    assert at_once(verify(signed(secret=b""), {"key": secret}, 1000, None)) is Verdict.BAD_SIGNATURE


def test_a_component_with_parameters_is_unsupported():
    request = signed()
    headers = [(name, value.replace('"x-api-key")', '"x-api-key";sf)')) for name, value in request.headers]
    tampered = UpgradeRequest("GET", "/", "example.com", headers)
    assert at_once(verify(tampered, {"key": b"secret"}, 1000, None)) is Verdict.UNSUPPORTED_COMPONENT


def test_without_a_store_a_replay_passes():
    assert [at_once(verify(signed(), {"key": b"secret"}, 1000, None)) for _ in range(2)] == [
        Verdict.VERIFIED
    ] * 2


def test_a_refused_request_leaves_its_nonce_free():
    nonces = Seen()
    assert at_once(verify(signed(secret=b"wrong"), {"key": b"secret"}, 1000, nonces)) is Verdict.BAD_SIGNATURE
    assert at_once(verify(signed(), {"key": b"secret"}, 1000, nonces)) is Verdict.VERIFIED


def test_a_nonce_is_remembered_as_long_as_its_signature_could_pass():
    nonces = Seen()
    ahead = signed(now=1003.0)
    assert at_once(verify(ahead, {"key": b"secret"}, 1000, nonces)) is Verdict.VERIFIED
    assert at_once(verify(ahead, {"key": b"secret"}, 1016, nonces)) is Verdict.NONCE_REPLAYED
    assert at_once(verify(ahead, {"key": b"secret"}, 1016.5, nonces)) is Verdict.TOO_OLD


# --- Nonces in the server's state


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


@pytest.mark.anyio
async def test_a_nonce_is_forgotten_when_its_signature_could_not_pass_any_more():
    nonces = Nonces(MemoryState())
    assert await nonces.claim("key", "one")
    await anyio.sleep(PASSES - 0.01)
    assert not await nonces.claim("key", "one")
    await anyio.sleep(0.01)
    assert await nonces.claim("key", "one")


class Noting(MemoryState):
    def __init__(self):
        super().__init__()
        self.asked = []

    async def add_once(self, key, seconds, /):
        self.asked.append(key)
        return await super().add_once(key, seconds)


@pytest.mark.anyio
async def test_a_long_nonce_is_known_again_and_kept_in_as_little_as_a_short_one():
    state = Noting()
    nonces = Nonces(state)
    assert await nonces.claim("key", "n" * 100_000)
    assert not await nonces.claim("key", "n" * 100_000)
    assert await nonces.claim("key", "n" * 100_001)
    assert {len(key) for key in state.asked} == {len("genesys/nonce/") + 32}


@pytest.mark.anyio
async def test_a_nonce_is_one_of_its_key_wherever_that_ends():
    nonces = Nonces(MemoryState())
    assert await nonces.claim("ab", "c")
    assert await nonces.claim("a", "bc")
