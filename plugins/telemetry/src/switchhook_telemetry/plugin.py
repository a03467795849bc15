"""`/metrics` on the admin port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST

from switchhook import AdminPage, AppInfo, Finding, hookimpl

from .figures import Figures
from .merging import merged


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[Figures]:
    @asynccontextmanager
    async def counting() -> AsyncIterator[Figures]:
        yield Figures(app.figures)

    return counting()


@hookimpl
def measured(name: str, value: float, labels: Mapping[str, str], plugin: Figures | None) -> None:
    if plugin is not None:  # None: outside a server, such as in `check`
        plugin.take(name, value, labels)


@hookimpl
def admin_page(path: str, plugin: Figures | None) -> AdminPage | None:
    if path != "/metrics" or plugin is None:
        return None
    return AdminPage(plugin.page(), CONTENT_TYPE_LATEST)


@hookimpl
def merge_pages(
    path: str, pages: Sequence[AdminPage], slots: Sequence[int], gone: Sequence[AdminPage]
) -> AdminPage | None:
    if path != "/metrics":
        return None
    by_slot = {slot: each.content for slot, each in zip(slots, pages, strict=True)}
    return AdminPage(merged(by_slot, [each.content for each in gone]), CONTENT_TYPE_LATEST)


@hookimpl
def check(app: AppInfo) -> AsyncIterator[Finding]:
    async def findings() -> AsyncIterator[Finding]:
        if app.settings.admin is None:
            cure = "say [admin], with a port if 9090 is taken"
            yield Finding("warning", "telemetry", "there is no admin port to show figures on", cure)

    return findings()
