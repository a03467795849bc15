"""The transport `genesys`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from switchhook import App, Figure, Finding, Options, ServerSettings, Transport, hookimpl
from switchhook_audiohook.settings import GenesysSettings

from . import checks
from .figures import FIGURES
from .server import GenesysTransport


@hookimpl
def create_transport(options: Options, server: ServerSettings) -> Transport:
    return GenesysTransport(options.parse(GenesysSettings), server)


@hookimpl
def figures() -> Iterable[Figure]:
    return FIGURES


@hookimpl
def check(app: App) -> AsyncIterator[Finding]:
    return checks.findings(app)
