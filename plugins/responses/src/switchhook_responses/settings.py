"""A plugin's settings as the parameter `plugin` of its handlers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from switchhook import AppInfo, hookimpl


def lifespan_of(name: str) -> Callable[[AppInfo], AbstractAsyncContextManager[object]]:
    """The hook `lifespan` of a plugin that needs nothing but its settings."""

    @asynccontextmanager
    async def entered(app: AppInfo) -> AsyncIterator[object]:
        yield app.settings_of(name)

    @hookimpl
    def lifespan(app: AppInfo) -> AbstractAsyncContextManager[object]:
        return entered(app)

    return lifespan
