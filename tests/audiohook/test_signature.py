"""The published vectors, each with its verdict."""

import base64
import json
from pathlib import Path

import pytest

from switchhook_audiohook.nonces import NonceCache
from switchhook_audiohook.signature import UpgradeRequest, Verdict, sign, verify

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
    case, nonces = CASES[name], NonceCache()
    for before in case.get("before", []):
        assert verify(request_of(CASES[before]), KEYS, CASES[before]["now"], nonces) is Verdict.VERIFIED
    assert verify(request_of(case), KEYS, case["now"], nonces) == case["verdict"]


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
    assert verify(request, keys, 0, NonceCache()) is verdict


@pytest.mark.parametrize("secret", [None, b""])
def test_a_signed_request_under_a_key_without_secret_is_refused(secret):
    assert verify(signed(secret=b""), {"key": secret}, 1000, None) is Verdict.BAD_SIGNATURE


def test_a_component_with_parameters_is_unsupported():
    request = signed()
    headers = [(name, value.replace('"x-api-key")', '"x-api-key";sf)')) for name, value in request.headers]
    tampered = UpgradeRequest("GET", "/", "example.com", headers)
    assert verify(tampered, {"key": b"secret"}, 1000, None) is Verdict.UNSUPPORTED_COMPONENT


def test_without_a_store_a_replay_passes():
    assert [verify(signed(), {"key": b"secret"}, 1000, None) for _ in range(2)] == [Verdict.VERIFIED] * 2


def test_a_refused_request_leaves_its_nonce_free():
    nonces = NonceCache()
    assert verify(signed(secret=b"wrong"), {"key": b"secret"}, 1000, nonces) is Verdict.BAD_SIGNATURE
    assert verify(signed(), {"key": b"secret"}, 1000, nonces) is Verdict.VERIFIED


def test_a_nonce_is_remembered_as_long_as_its_signature_could_pass():
    nonces = NonceCache()
    ahead = signed(now=1003.0)
    assert verify(ahead, {"key": b"secret"}, 1000, nonces) is Verdict.VERIFIED
    assert verify(ahead, {"key": b"secret"}, 1016, nonces) is Verdict.NONCE_REPLAYED
    assert verify(ahead, {"key": b"secret"}, 1016.5, nonces) is Verdict.TOO_OLD


def test_nonces_are_forgotten_in_time():
    nonces = NonceCache()
    nonces.claim("key", "one", 1000.0)
    nonces.claim("key", "two", 1017.0)
    assert len(nonces) == 1


def test_a_full_store_forgets_the_oldest_nonce():
    nonces = NonceCache(capacity=2)
    assert [nonces.claim("key", nonce, 1000.0) for nonce in ("1", "2", "3")] == [True] * 3
    assert [nonces.claim("key", nonce, 1000.0) for nonce in ("3", "1")] == [False, True]


def test_a_long_nonce_is_known_again_and_kept_in_as_little_as_a_short_one():
    nonces = NonceCache()
    assert nonces.claim("key", "n" * 100_000, 0)
    assert not nonces.claim("key", "n" * 100_000, 0)
    assert nonces.claim("key", "n" * 100_001, 0)
    assert {len(kept) for kept in nonces._until} == {16}


def test_a_nonce_is_one_of_its_key_wherever_that_ends():
    nonces = NonceCache()
    assert nonces.claim("ab", "c", 0)
    assert nonces.claim("a", "bc", 0)


def test_so_many_nonces_are_kept_and_no_more():
    nonces = NonceCache(capacity=3)
    assert all(nonces.claim("key", str(number), 0) for number in range(10))
    assert len(nonces) == 3
    assert not nonces.claim("key", "9", 0)
