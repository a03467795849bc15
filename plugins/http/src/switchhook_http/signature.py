"""Who has sent a request: the signature of Standard Webhooks, so that what verifies those, verifies these,
and tokens.

The key signs `ID.TIME.BODY` with HMAC-SHA256; three headers hold id, time and signature. A second try has the
same id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a key


def key_in(secret: str) -> bytes:
    """Raises ValueError."""
    written = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(
            f"expected {PREFIX} and {SHORTEST} to {LONGEST} random bytes in base64, as this makes them: "
            f"echo {PREFIX}$(openssl rand -base64 32)"
        )
    return key


def in_header(secret: str) -> str:
    """As a header takes it, without the white space that was copied with it. Raises ValueError."""
    written = secret.strip()
    if not written:
        raise ValueError("is empty; leave it out where the service needs none")
    if not written.isascii() or not written.isprintable() or " " in written:
        raise ValueError("expected letters, digits and signs of ASCII; something else was copied with it")
    return written


def signed(key: bytes, id_: str, body: bytes) -> Mapping[str, str]:
    """Headers. The time is the system's."""
    now = str(int(time.time()))
    mac = hmac.new(key, b".".join((id_.encode(), now.encode(), body)), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": id_, "webhook-timestamp": now, "webhook-signature": signature}


def token(secret: str, claims: Mapping[str, object], seconds: int) -> str:
    """A JSON Web Token (HS256) that is good for so long from now. The time is the system's."""
    now = int(time.time())
    tables = {"alg": "HS256", "typ": "JWT"}, {**claims, "iat": now, "exp": now + seconds}
    text = ".".join(_coded(json.dumps(each, separators=(",", ":")).encode()) for each in tables)
    return f"{text}.{_coded(hmac.digest(secret.encode(), text.encode(), 'sha256'))}"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
