"""Signs what is sent, so that a receiver knows who sent it, when, and that nobody has changed it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

LIFE = 300  # seconds that a token of IBM's form is good for


def signature(secret: str, at: int, body: bytes) -> str:
    """HMAC-SHA256 of the time in seconds, a point and the body, as `v1=` and hexadecimal digits."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"v1={made.hexdigest()}"


def token(secret: str, at: int) -> str:
    """A JSON Web Token, HS256."""
    parts = [
        _coded({"alg": "HS256", "typ": "JWT"}),
        _coded({"iss": "switchhook", "iat": at, "exp": at + LIFE}),
    ]
    signed = b".".join(parts)
    made = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return b".".join([signed, _without_padding(made)]).decode()


def _coded(table: Mapping[str, object]) -> bytes:
    return _without_padding(json.dumps(table, separators=(",", ":")).encode())


def _without_padding(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
