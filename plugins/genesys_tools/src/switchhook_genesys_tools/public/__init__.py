"""What `switchhook check --public` verifies: the way that Genesys takes, from its first step on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from switchhook import App, Finding, Options
from switchhook_audiohook.settings import GenesysSettings

from . import clock, knocking, reach
from .outside import Outside

SUBJECT = "server.public_url"


async def findings(app: App, outside: Outside | None = None) -> AsyncIterator[Finding]:
    """Stops at the first step that nothing can follow."""
    settings, outside = app.settings, outside or Outside()
    url = settings.server.public_url
    if url is None:
        cure = 'say what Genesys connects to: public_url = "wss://voice.example.com/"'
        yield Finding("error", SUBJECT, "is not set, so there is nothing to look at from outside", cure)
        return
    parts = urlsplit(url)
    if parts.scheme != "wss":
        yield Finding(
            "error", SUBJECT, f"expected wss://, got {parts.scheme}://", "Genesys connects by TLS only"
        )
        return
    if (parts.port or 443) != outside.port:
        cure = "let the server or a proxy listen on 443, and leave the port out of public_url"
        yield Finding("error", SUBJECT, f"expected port {outside.port}, got {parts.port}", cure)
    there = reach.Place(parts.hostname or "", parts.port or 443, parts.path, outside)
    async for finding in reach.findings(there):
        yield finding
        if finding.level == "error":
            return
    async for finding in clock.findings(there):
        yield finding
    genesys = Options(settings.transport.table(), place="transport", base=app.base).parse(GenesysSettings)
    async for finding in knocking.findings(there, settings, genesys):
        yield finding
