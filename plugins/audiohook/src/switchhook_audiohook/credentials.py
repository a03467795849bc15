"""The API key and the client secret of an integration, in the forms that Genesys accepts."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

API_KEY = re.compile(r"[a-zA-Z0-9+/_-]+={0,2}")
"""What the form in Genesys takes as an API key."""


def new_api_key() -> str:
    return secrets.token_urlsafe(24)


def new_client_secret() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def decode_secret(text: str) -> bytes:
    """A client secret as typed into Genesys: base64, its padding optional. Raises ValueError."""
    if any(character.isspace() for character in text):
        raise ValueError(
            "the client secret is not base64: it has a line break or a space in it; write it as one line"
        )
    try:
        secret = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not secret:
        raise ValueError("the client secret is not base64; make one with: openssl rand -base64 32")
    return secret
