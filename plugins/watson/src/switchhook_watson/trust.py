"""Whose certificates are trusted: by our connections, and by the SDK where it fetches a token."""

from __future__ import annotations

import atexit
import os
import ssl
import tempfile
from functools import cache
from pathlib import Path

from switchhook import SettingsError


def context(ca: Path | None, *, verify: bool) -> ssl.SSLContext:
    """The system's authorities, those the SDK is told of (REQUESTS_CA_BUNDLE), and `ca`. Raises
    SettingsError."""
    made = ssl.create_default_context()
    bundle = os.environ.get("REQUESTS_CA_BUNDLE")
    for name, file in (("REQUESTS_CA_BUNDLE", bundle), ("ca", ca)):
        if file:
            _load(made, name, Path(file))
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def _load(made: ssl.SSLContext, name: str, file: Path) -> None:
    try:
        made.load_verify_locations(capath=file) if file.is_dir() else made.load_verify_locations(file)
    except ssl.SSLError:
        raise SettingsError(
            f"{name}: expected PEM certificates in {file}, found none that can be read"
        ) from None
    except OSError as error:
        raise SettingsError(f"{name}: cannot read {file}: {error.strerror}") from None


@cache
def bundle(ca: Path) -> str:
    """A file for `requests`, which reads only one: its own authorities and `ca`. Gone with the process."""
    import requests.utils  # late, as the SDK is

    named = Path(os.environ.get("REQUESTS_CA_BUNDLE", ""))
    base = named if named.is_file() else Path(requests.utils.DEFAULT_CA_BUNDLE_PATH)
    with tempfile.NamedTemporaryFile(prefix="switchhook-", suffix=".pem", delete=False) as file:
        file.write(base.read_bytes() + b"\n" + ca.read_bytes())
    atexit.register(Path(file.name).unlink, missing_ok=True)
    return file.name
