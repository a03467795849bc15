"""The transport `genesys`."""

from __future__ import annotations

from switchhook import Options, ServerSettings, Transport, hookimpl

from .server import GenesysTransport
from .settings import GenesysSettings


@hookimpl
def create_transport(options: Options, server: ServerSettings) -> Transport:
    return GenesysTransport(options.parse(GenesysSettings), server)
