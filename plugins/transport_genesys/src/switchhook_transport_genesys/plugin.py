"""The transport `genesys`."""

from __future__ import annotations

from collections.abc import AsyncIterator

from switchhook import App, Finding, Options, ServerSettings, Transport, hookimpl

from .checks import findings
from .server import GenesysTransport
from .settings import GenesysSettings


@hookimpl
def create_transport(options: Options, server: ServerSettings) -> Transport:
    return GenesysTransport(options.parse(GenesysSettings), server)


@hookimpl
def check(app: App) -> AsyncIterator[Finding]:
    return findings(app)
