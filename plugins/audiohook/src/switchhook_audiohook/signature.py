"""Signatures of upgrade requests: HTTP message signatures (RFC 9421 in its draft form) as AudioHook
clients make them, with HMAC-SHA256 over structured fields (RFC 8941)."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

import http_sf

from .nonces import MAX_AGE, SKEW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .nonces import NonceStore

REQUIRED = (
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
)
ALGORITHM = "hmac-sha256"
FOLD = re.compile(r"\r?\n[ \t]+")  # a header value that goes on in the next line
MAX_FIELD = 2_048  # characters of each of the two headers; those of Genesys have some 400
NONCE_LENGTH = 22  # characters: 128 random bits in base64
TYPES = {"keyid": str, "nonce": str, "alg": str, "created": int, "expires": int}


class Verdict(StrEnum):
    VERIFIED = "verified"
    MISSING_API_KEY = "missing-api-key"
    MISSING_SIGNATURE = "missing-signature"
    MALFORMED_INPUT = "malformed-input"
    MALFORMED_SIGNATURE = "malformed-signature"
    WRONG_LABEL = "wrong-label"
    DUPLICATE_COMPONENT = "duplicate-component"
    UNSUPPORTED_COMPONENT = "unsupported-component"
    MISSING_COMPONENT = "missing-component"
    MISSING_HEADER = "missing-header"
    MISSING_KEYID = "missing-keyid"
    MISSING_NONCE = "missing-nonce"
    NONCE_SHORT = "nonce-short"
    MISSING_CREATED = "missing-created"
    MISSING_EXPIRES = "missing-expires"
    ALG_UNSUPPORTED = "alg-unsupported"
    WRONG_KEY = "wrong-key"
    BAD_SIGNATURE = "bad-signature"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    TOO_OLD = "too-old"
    NONCE_REPLAYED = "nonce-replayed"


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """What the client sent. `target` is path and query exactly as on the request line; `authority` is the
    public one (the Host header, or what a trusted proxy forwarded); bytes of a header that are not ASCII
    stand as surrogate escapes."""

    method: str
    target: str
    authority: str
    headers: Sequence[tuple[str, str]]
    _values: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reads the headers once: a signature may name any number of them."""
        lines: dict[str, list[str]] = {}
        for key, value in self.headers:
            lines.setdefault(key.lower(), []).append(FOLD.sub(" ", value).strip(" \t\r\n"))
        object.__setattr__(self, "_values", {name: ", ".join(values) for name, values in lines.items()})

    def header(self, name: str) -> str | None:
        """All lines of that header as one value. `name` in lower case."""
        return self._values.get(name)


class _RefusedError(ValueError):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.value)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class _Signed:
    """One label of both headers. `members` and `parameters` are kept as parsed: they are signed in the
    order received."""

    members: list[Any]
    parameters: dict[str, Any]
    signature: bytes


async def verify(
    request: UpgradeRequest, keys: Mapping[str, bytes | None], now: float, nonces: NonceStore | None
) -> Verdict:
    """Never raises. `keys` maps an API key to its decoded secret; None allows unsigned requests under that
    key. `now` in unix seconds. Without `nonces`, replays pass. The verdict is for the log only."""
    try:
        await _verify(request, keys, now, nonces)
    except _RefusedError as refused:
        return refused.verdict
    return Verdict.VERIFIED


async def _verify(
    request: UpgradeRequest, keys: Mapping[str, bytes | None], now: float, nonces: NonceStore | None
) -> None:
    api_key = request.header("x-api-key")
    if not api_key:
        raise _RefusedError(Verdict.MISSING_API_KEY)
    known, secret = _look_up(keys, api_key)
    written, signature = request.header("signature-input"), request.header("signature")
    if known and secret is None and written is None and signature is None:
        return
    if written is None or signature is None:
        raise _RefusedError(Verdict.MISSING_SIGNATURE)
    # Only a holder of a key costs us the parsing. How fast this is tells nothing: no refusal is answered
    # before its time, and a key that is guessed in part is as unknown as any other.
    if not known:
        raise _RefusedError(Verdict.WRONG_KEY)
    signed = _parse(written, signature, api_key)
    _check_components(request, signed.members)
    _check_parameters(signed.parameters)
    # Without a secret nothing can be right, and it costs the same work.
    expected = hmac.digest(secret or secrets.token_bytes(32), _base(request, signed), "sha256")
    equal = hmac.compare_digest(expected, signed.signature)
    if not _equal(signed.parameters["keyid"], api_key):
        raise _RefusedError(Verdict.WRONG_KEY)
    if not equal:
        raise _RefusedError(Verdict.BAD_SIGNATURE)
    _check_time(signed.parameters["created"], signed.parameters["expires"], now)
    if nonces is not None and not await nonces.claim(api_key, signed.parameters["nonce"]):
        raise _RefusedError(Verdict.NONCE_REPLAYED)


def sign(
    request: UpgradeRequest, api_key: str, secret: bytes | None, now: float, nonce: str, *, lifetime: int = 30
) -> list[tuple[str, str]]:
    """The headers to add to `request`, which has the three `Audiohook-…` ones. Without a secret, the API
    key alone."""
    headers = [("X-API-KEY", api_key)]
    if secret is None:
        return headers
    parameters: dict[str, Any] = {"keyid": api_key, "nonce": nonce, "alg": ALGORITHM}
    parameters |= {"created": int(now), "expires": int(now) + lifetime}
    signed = _Signed([(name, {}) for name in REQUIRED], parameters, b"")
    request = replace(request, headers=[*request.headers, *headers])
    signature = hmac.digest(secret, _base(request, signed), "sha256")
    written = http_sf.ser({"sig1": (signed.members, parameters)})
    return [*headers, ("Signature-Input", written), ("Signature", http_sf.ser({"sig1": signature}))]


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(*(text.encode("utf-8", "surrogateescape") for text in (one, other)))


def _look_up(keys: Mapping[str, bytes | None], api_key: str) -> tuple[bool, bytes | None]:
    """Compares with every key, so that time does not tell how much of one was right."""
    found: tuple[bool, bytes | None] = (False, None)
    if len(api_key) > MAX_FIELD:
        return found
    for key, secret in keys.items():
        if _equal(key, api_key):
            found = (True, secret)
    return found


def _parse(written: str, signature: str, api_key: str) -> _Signed:
    if len(written) > MAX_FIELD or len(signature) > MAX_FIELD:
        large_input = len(written) > MAX_FIELD
        raise _RefusedError(Verdict.MALFORMED_INPUT if large_input else Verdict.MALFORMED_SIGNATURE)
    inputs = _dictionary(written, Verdict.MALFORMED_INPUT)
    signatures = _dictionary(signature, Verdict.MALFORMED_SIGNATURE)
    labels = [label for label in inputs if label in signatures]
    if not labels:
        raise _RefusedError(Verdict.WRONG_LABEL)
    # Other parties on the way may have signed too; ours names our key.
    label = next((each for each in labels if inputs[each][1].get("keyid") == api_key), labels[0])
    members, parameters = inputs[label]
    if not isinstance(members, list) or not all(_is_component(name) for name, _ in members):
        raise _RefusedError(Verdict.MALFORMED_INPUT)
    typed = all(type(parameters[key]) is TYPES[key] for key in TYPES if key in parameters)
    if not typed or min(parameters.get("created", 0), parameters.get("expires", 0)) < 0:
        raise _RefusedError(Verdict.MALFORMED_INPUT)
    if not isinstance(signatures[label][0], bytes):
        raise _RefusedError(Verdict.MALFORMED_SIGNATURE)
    return _Signed(members, parameters, signatures[label][0])


def _dictionary(text: str, verdict: Verdict) -> dict[str, tuple[Any, dict[str, Any]]]:
    try:
        parsed = http_sf.parse(text.encode("ascii"), tltype="dictionary")
    except ValueError:
        raise _RefusedError(verdict) from None
    if not parsed:
        raise _RefusedError(verdict)
    return cast("dict[str, tuple[Any, dict[str, Any]]]", parsed)


def _is_component(name: object) -> bool:
    return isinstance(name, str) and name == name.lower() and name not in ("", "@signature-params")


def _check_components(request: UpgradeRequest, members: list[Any]) -> None:
    names = [name for name, _ in members]
    if len(set(names)) != len(names):
        raise _RefusedError(Verdict.DUPLICATE_COMPONENT)
    if not set(REQUIRED) <= set(names):
        raise _RefusedError(Verdict.MISSING_COMPONENT)
    for name, parameters in members:
        if parameters or (name.startswith("@") and _derived(request, name) is None):
            raise _RefusedError(Verdict.UNSUPPORTED_COMPONENT)
        if not name.startswith("@") and request.header(name) is None:
            raise _RefusedError(Verdict.MISSING_HEADER)


def _check_parameters(parameters: Mapping[str, Any]) -> None:
    """Others than these are signed and ignored: RFC 9421 defines more."""
    for name in ("keyid", "nonce", "created", "expires"):
        if name not in parameters:
            raise _RefusedError(Verdict(f"missing-{name}"))
    if len(parameters["nonce"]) < NONCE_LENGTH:
        raise _RefusedError(Verdict.NONCE_SHORT)
    if parameters.get("alg", ALGORITHM) != ALGORITHM:
        raise _RefusedError(Verdict.ALG_UNSUPPORTED)


def _check_time(created: int, expires: int, now: float) -> None:
    if created > now + SKEW:
        raise _RefusedError(Verdict.NOT_YET_VALID)
    if now > expires + SKEW:
        raise _RefusedError(Verdict.EXPIRED)
    if now - created > MAX_AGE + SKEW:
        raise _RefusedError(Verdict.TOO_OLD)


def _base(request: UpgradeRequest, signed: _Signed) -> bytes:
    """The text that is signed: a line for each component, LF between lines and none at the end."""
    lines = [f"{http_sf.ser(name)}: {_value(request, name)}" for name, _ in signed.members]
    lines.append(f'"@signature-params": {http_sf.ser([(signed.members, signed.parameters)])}')
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _value(request: UpgradeRequest, name: str) -> str:
    value = _derived(request, name) if name.startswith("@") else request.header(name)
    if value is None:
        raise _RefusedError(Verdict.MISSING_HEADER)
    return value


def _derived(request: UpgradeRequest, name: str) -> str | None:
    derived = {
        "@request-target": request.target,
        "@authority": request.authority.lower().removesuffix(":443"),
        "@method": request.method,
        "@path": request.target.partition("?")[0],
    }
    return derived.get(name)
