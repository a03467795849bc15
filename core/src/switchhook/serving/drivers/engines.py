"""The engines of a configuration: each made once, entered before the first call, left after the last."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ...call.engine import Engine, Failing, Kind, Report
from ...contract.drivers import KnowsLanguages
from ...contract.errors import PluginError, SettingsError, StartError, SwitchhookError, cause
from ...contract.options import Choosing, Options
from ...contract.traces import home, place
from ...plugins.loader import Plugin, Plugins
from ..config.configuration import fingerprint
from .keeping import Lifetime

logger = logging.getLogger(__name__)


class Engines:
    """Equal tables share an engine, also with those of `before`: as long as the files that they name are the
    same. `report` is told when one begins to rest, and when it works again; `failing` whenever one fails."""

    def __init__(self, plugins: Plugins, base: Path, before: Engines | None = None) -> None:
        self._plugins, self._base = plugins, base
        self._made: dict[str, Engine[Any]] = {}
        self._prints: dict[str, str] = {}
        self._before = before
        self.report: Report = report_rest
        self.failing: Failing = lambda _engine, _problem: None

    def __iter__(self) -> Iterator[Engine[Any]]:
        return iter(list(self._made.values()))

    def settle(self) -> None:
        """What was there before is no longer looked at."""
        self._before = None

    def forget(self) -> None:
        """After the last call. Who still knows of these engines keeps no model in memory by it."""
        self._made.clear()
        self._prints.clear()
        self._before = None

    def carry_on(self, kind: Kind) -> None:
        """Those of that kind from before, whatever their tables say now."""
        for engine in self._before or ():
            if engine.kind == kind:
                self._made[engine.name] = engine  # under no table's key

    def same(self, key: str, said: str) -> Engine[Any] | None:
        """That of an equal table."""
        return self._made[key] if self._prints.get(key) == said else None

    def make(self, kind: Kind, choice: Choosing, place: str = "", **more: Any) -> Engine[Any]:
        """Raises SettingsError, StartError and PluginError."""
        plugin = self._plugins.load_one(kind, choice.use)
        key = json.dumps([kind, choice.use, choice.table()], sort_keys=True, default=str)
        if key not in self._made:
            self._prints[key] = said = fingerprint(choice.table(), self._base)
            if self._before is not None and (kept := self._before.same(key, said)):
                self._made[key] = kept
                return kept
            options = Options(choice.table(), place=place or kind, base=self._base)
            driver = self.driver(plugin, f"create_{kind}", options, **more)
            # tells engines of one plugin apart, here and after a restart
            mark = f"-{hashlib.sha256(key.encode()).hexdigest()[:6]}" if choice.table() else ""
            name = f"{kind} {choice.use}{mark}"
            self._made[key] = Engine(name, kind, driver, self._tell, self._tell_failure)
        return self._made[key]

    def _tell(self, engine: str, resting: bool) -> None:
        self.report(engine, resting)

    def _tell_failure(self, engine: str, problem: str) -> None:
        self.failing(engine, problem)

    def driver(self, plugin: Plugin, hook: str, options: Options, **more: Any) -> object:
        if hook not in plugin.hooks:
            raise PluginError(plugin.name, f"has no {hook}", distribution=plugin.distribution, hook=hook)
        try:
            made = ask(self._plugins, plugin, hook, options=options, **more)
        except SettingsError as error:
            said = str(error)
            raise SettingsError(said if options.place in said else f"{options.place}: {said}") from None
        if made is None:
            raise PluginError(plugin.name, "returned None", distribution=plugin.distribution, hook=hook)
        if isinstance(made, KnowsLanguages) and not _are_texts(made.languages):
            what, cure = "made an engine whose `languages` are none", "an engine with a list of language tags"
            raise unfit(plugin, hook, what, cure)
        return made

    def lifetimes(self) -> Iterator[Lifetime]:
        """Of all that were made."""
        return (Lifetime(engine.name, engine, partial(_entered, engine)) for engine in self)


@asynccontextmanager
async def _entered(engine: Engine[Any]) -> AsyncIterator[object]:
    """Raises StartError where it cannot be entered."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close, engine)
        if engine.manager is not None:
            try:
                await stack.enter_async_context(contained(f"{engine.name}, when closed", engine.manager))
            except (Exception, SystemExit) as error:
                raise StartError(
                    f"{engine.name}, when entered: {_said(error, type(engine.driver))}"
                ) from error
        yield None


async def close(engine: Engine[Any]) -> None:
    try:
        await engine.close()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # an engine may raise anything; the others are closed too
        where = place(error, home(type(engine.driver)))
        logger.error("%s, when closed: %s%s", engine.name, cause(error), where)  # noqa: TRY400  # its text may be private


def report_rest(engine: str, resting: bool) -> None:
    if resting:
        logger.warning("%s fails again and again: others are tried before it", engine)
    else:
        logger.info("%s works again", engine)


def ask(plugins: Plugins, plugin: Plugin, hook: str, **arguments: Any) -> Any:
    """What the hook of that one plugin returns. If it raises, the start is stopped with an error that names
    it."""
    try:
        return plugins.caller(hook, [plugin])(**arguments)
    except (SwitchhookError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a function that does not wait cannot be cancelled: that is its fault too
        raise stop(plugin, hook, error) from error


@asynccontextmanager
async def contained(what: str, manager: AbstractAsyncContextManager[object]) -> AsyncIterator[object]:
    """If it raises when it is left, that is logged, and the others are left in order all the same."""
    entered = await manager.__aenter__()
    try:
        yield entered
    except BaseException as error:
        # it has to see the error: a task group in it can only end a cancellation that it sees
        if not await manager.__aexit__(type(error), error, error.__traceback__):
            raise
        return
    try:
        await manager.__aexit__(None, None, None)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything
        logger.error("%s: %s%s", what, cause(error), place(error))  # noqa: TRY400  # its text may be private


def unfit(plugin: Plugin, hook: str, what: str, expected: str) -> PluginError:
    return PluginError(
        plugin.name, what, distribution=plugin.distribution, hook=hook, cure=f"return {expected}"
    )


def stop(plugin: Plugin, hook: str, error: BaseException) -> StartError:
    return StartError(
        f"plugin {plugin.name} (from {plugin.distribution}), hook {hook}: {_said(error, plugin.module)}"
    )


def _said(error: BaseException, maker: object) -> str:
    return str(error) if isinstance(error, SwitchhookError) else cause(error) + place(error, home(maker))


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str)
        and all(isinstance(each, str) for each in value)
    )
