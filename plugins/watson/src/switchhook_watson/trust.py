"""Whose certificates are trusted: by our connections, and by the SDK where it fetches a token."""

from __future__ import annotations

import atexit
import os
import ssl
import tempfile
from functools import cache
from pathlib import Path

from switchhook_http import trusting


def context(ca: Path | None, *, verify: bool) -> ssl.SSLContext:
    """The system's authorities, those the SDK is told of (REQUESTS_CA_BUNDLE), and `ca`. Raises
    SettingsError."""
    made = trusting({"REQUESTS_CA_BUNDLE": os.environ.get("REQUESTS_CA_BUNDLE"), "ca": ca})
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


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
