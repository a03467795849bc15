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
        number = f"{len(addresses)} connector" + ("" if len(addresses) == 1 else "s")
        yield Finding("ok", "transport", f"{number} can be reached")
    for name in transport.unsigned:
        cure = "set its client_secret here and in Genesys, and remove unsigned = true"
        yield Finding("warning", f"transport.integrations.{name}", "a key needs no signature", cure)
