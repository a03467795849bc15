"""`check --public`. It is loaded with every server, so what it needs is imported when it is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator

from switchhook import App, Finding, hookimpl

TRANSPORT = "genesys"  # the only transport whose way from outside is known here


@hookimpl
def check_public(app: App) -> AsyncIterator[Finding] | None:
    if app.settings.transport.use != TRANSPORT:
        return None
    from . import public

    return public.findings(app)
