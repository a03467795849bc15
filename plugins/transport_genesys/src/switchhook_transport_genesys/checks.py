"""What `switchhook check` verifies of the transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from switchhook import App, Finding, SwitchhookError

from .server import GenesysTransport


async def findings(app: App) -> AsyncIterator[Finding]:
    transport = cast("GenesysTransport", app.transport())
    addresses = {name: connector.address for name, connector in app.settings.connectors.items()}
    try:
        transport.prepare(addresses)
        transport.certificate()
    except SwitchhookError as error:
        yield Finding("error", "transport", str(error), "change it as the message says")
    else:
        yield Finding("ok", "transport", f"{len(addresses)} connectors can be reached")
    server = app.settings.server
    if server.public_url is None:
        cure = 'say what Genesys connects to: [server] public_url = "wss://voice.example.com/"'
        yield Finding("warning", "transport", "the address that Genesys is given is not known here", cure)
    if server.tls is None and server.proxy is None:
        cure = "set [server] tls, or proxy where a proxy ends TLS"
        yield Finding("warning", "transport", "Genesys connects only by TLS, and there is none here", cure)
    for name in transport.unsigned:
        cure = "set its client_secret here and in Genesys, and remove unsigned = true"
        yield Finding("warning", f"transport.integrations.{name}", "a key needs no signature", cure)
