"""The transport `genesys`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from switchhook import App, Figure, Finding, Options, ServerSettings, Transport, hookimpl

from . import checks, public
from .figures import FIGURES
from .server import GenesysTransport
from .settings import GenesysSettings


@hookimpl
def create_transport(options: Options, server: ServerSettings) -> Transport:
    return GenesysTransport(options.parse(GenesysSettings), server)


@hookimpl
def figures() -> Iterable[Figure]:
    return FIGURES


@hookimpl
def check(app: App) -> AsyncIterator[Finding]:
    return checks.findings(app)


@hookimpl
def check_public(app: App) -> AsyncIterator[Finding]:
    return public.findings(app)
