"""The lifespan of a plugin, kept from one reading of the configuration to the next where it says the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from ...contract.info import AppInfo
from ...plugins.loader import Plugin, Plugins
from ..config.configuration import fingerprint
from .engines import ask, contained, stop, unfit
from .keeping import Lifetime

NOTHING = object()  # to do


def lifespan(app: AppInfo, plugins: Plugins, base: Path, plugin: Plugin) -> Lifetime:
    """Plugins of one distribution may read one another's settings."""
    tables = app.settings.plugins.tables()
    kin = sorted(each.key for each in plugins.loaded.values() if each.distribution == plugin.distribution)
    said = fingerprint([[name, tables[name]] for name in kin if name in tables], base)
    values = plugins.guard.values

    def take(value: object) -> None:
        if value is not NOTHING:
            values[plugin.name] = value

    name = f"plugin {plugin.name} (from {plugin.distribution}), hook lifespan"
    return Lifetime(name, (plugin.name, said), partial(_entered, app, plugins, plugin), take)


@asynccontextmanager
async def _entered(app: AppInfo, plugins: Plugins, plugin: Plugin) -> AsyncIterator[object]:
    async with AsyncExitStack() as stack:
        value: object = NOTHING
        for manager in ask(plugins, plugin, "lifespan", app=app):
            value = await _enter(stack, plugin, manager)
        yield value


async def _enter(stack: AsyncExitStack, plugin: Plugin, manager: object) -> object:
    if not isinstance(manager, AbstractAsyncContextManager):
        raise unfit(plugin, "lifespan", f"returned {type(manager).__name__}", "an async context manager")
    try:
        what = f"plugin {plugin.name} (from {plugin.distribution}), hook lifespan, when left"
        return await stack.enter_async_context(contained(what, manager))
    except (Exception, SystemExit) as error:
        raise stop(plugin, "lifespan", error) from error
