"""Encrypted recordings are opened by whoever has the other key: never by a server."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from switchhook import SettingsError

KEY = "AGE-SECRET-KEY-"
NEED = "to open an encrypted recording, pip install 'switchhook-recording[encryption]'"


def unsealed(recording: Path, identity: Path) -> bytes:
    """Of one that was cut, what is there. Raises SettingsError."""
    try:
        import pyrage
    except ImportError:
        raise SettingsError(NEED) from None
    try:
        lines = identity.read_text("utf-8").splitlines()
        keys = [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith(KEY)]
    except OSError as error:
        raise SettingsError(f"{identity}: {error.strerror}") from None
    except (UnicodeDecodeError, pyrage.IdentityError):
        keys = []
    if not keys:
        raise SettingsError(f"{identity}: expected a line {KEY}…, as age-keygen writes it")
    try:
        sealed = BytesIO(recording.read_bytes())
    except OSError as error:
        raise SettingsError(f"{recording}: {error.strerror}") from None
    opened = BytesIO()
    try:
        pyrage.decrypt_io(sealed, opened, keys)
    except (OSError, pyrage.DecryptError):  # it is cut, or another's
        if not opened.tell():
            raise SettingsError(f"{recording} does not open with the key in {identity}") from None
    return opened.getvalue()
