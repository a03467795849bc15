"""A configuration brought to life: plugins loaded, engines made, connectors equipped."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..call.breakers import Breakers
from ..call.dialogue.barge_in import BargeIn, words_of
from ..call.dialogue.limits import Limits
from ..call.equipment import Equipment
from ..call.prompts.cache import PromptCache
from ..call.record.masking import Mask
from ..call.record.variables import Reserved
from ..contract.errors import PluginError, SettingsError, StartError, SwitchhookError, cause, place
from ..contract.leg import Transport
from ..contract.options import Options
from ..contract.settings import BargeInSettings, Choosing, ConnectorSettings, Settings
from ..contract.speech import KnowsLanguages, SpeechToText, TextToSpeech
from ..plugins.asking import Hooks
from ..plugins.loader import Plugin, Plugins, refuse_unknown

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024


class App:
    """Making one imports every plugin that is used and validates its settings; `equip` makes the engines.

    Raises SettingsError and PluginError.
    """

    def __init__(self, settings: Settings, base: Path, plugins: Plugins | None = None) -> None:
        self.settings, self.base = settings, base
        self.plugins = plugins or Plugins(settings.plugins.order)
        self.plugins.load_shared(settings.plugins.only, settings.plugins.exclude)
        self._engines: dict[str, Any] = {}
        self.breakers = Breakers(report_rest)
        self.cache = self._prompt_cache()
        self.plugins.load_one("transport", settings.transport.use)
        for connector in settings.connectors.values():
            for group, choices in _drivers(connector):
                for choice in choices:
                    self.plugins.load_one(group, choice.use)
        self._settings = self._read_plugin_settings()

    def settings_of(self, name: str) -> Any:
        return self._settings[name]

    def transport(self) -> Transport:
        transport: Transport = self._make("transport", self.settings.transport, server=self.settings.server)
        return transport

    def equip(self) -> dict[str, Equipment]:
        """Models are loaded here. Equal tables share an engine."""
        return {
            name: self._equipment(name, connector) for name, connector in self.settings.connectors.items()
        }

    @asynccontextmanager
    async def lifespans(self) -> AsyncIterator[None]:
        """Around everything that serves; left in reverse order, and engines that can be closed at last."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close_engines)
            for plugin in self.plugins.loaded.values():
                if "lifespan" in plugin.hooks:
                    for manager in self._ask(plugin, "lifespan", app=self):
                        self.plugins.guard.values[plugin.name] = await self._enter(stack, plugin, manager)
            yield

    async def _close_engines(self) -> None:
        for engine in self._engines.values():
            if hasattr(engine, "aclose"):
                try:
                    await engine.aclose()
                except Exception as error:  # noqa: BLE001  # an engine may raise anything; the others are closed too
                    name = self.breakers.name_of(engine)
                    logger.error("%s, when closed: %s%s", name, cause(error), place(error))  # noqa: TRY400  # its text may be private

    async def _enter(self, stack: AsyncExitStack, plugin: Plugin, manager: Any) -> object:
        if not isinstance(manager, AbstractAsyncContextManager):
            raise _unfit(plugin, "lifespan", f"returned {type(manager).__name__}", "an async context manager")
        try:
            return await stack.enter_async_context(_contained(plugin, manager))
        except Exception as error:
            raise _stop(plugin, "lifespan", error) from error

    def _ask(self, plugin: Plugin, hook: str, **arguments: Any) -> Any:
        """What that one plugin returns. What it raises stops the start by its name."""
        try:
            return self.plugins.caller(hook, [plugin])(**arguments)
        except SwitchhookError:
            raise
        except Exception as error:
            raise _stop(plugin, hook, error) from error

    def _make(self, group: str, choice: Choosing, place: str = "", **more: Any) -> Any:
        plugin = self.plugins.load_one(group, choice.use)
        options = Options(choice.table(), place=place or group, base=self.base)
        key = json.dumps([group, choice.use, choice.table()], sort_keys=True, default=str)
        if key not in self._engines:
            hook = f"create_{group}"
            if hook not in plugin.hooks:
                raise PluginError(plugin.name, f"has no {hook}", distribution=plugin.distribution, hook=hook)
            try:
                made = self._ask(plugin, hook, options=options, **more)
            except SettingsError as error:
                said = str(error)
                raise SettingsError(said if options.place in said else f"{options.place}: {said}") from None
            if made is None:
                raise PluginError(plugin.name, "returned None", distribution=plugin.distribution, hook=hook)
            if isinstance(made, KnowsLanguages) and not _are_texts(made.languages):
                raise _unfit(
                    plugin,
                    hook,
                    "made an engine whose `languages` are none",
                    "an engine with a list of language tags",
                )
            self._engines[key] = made
            # what tells engines of one plugin apart, here and after a restart
            mark = f"-{hashlib.sha256(key.encode()).hexdigest()[:6]}" if choice.table() else ""
            self.breakers.name(made, f"{group} {choice.use}{mark}")
        return self._engines[key]

    def _prompt_cache(self) -> PromptCache | None:
        asked = self.settings.prompts
        if not asked.memory:
            return None
        return PromptCache(asked.directory, memory=asked.memory * MEGABYTE, disk=asked.disk * MEGABYTE)

    def rehearse(self, name: str, ear: SpeechToText, voice: TextToSpeech, mask: Mask) -> Equipment:
        """A connector with other speech than its own, which is not loaded. Raises SettingsError."""
        if name not in self.settings.connectors:
            known = ", ".join(sorted(self.settings.connectors)) or "none"
            raise SettingsError(f"there is no connector {name!r}; known: {known}")
        connector = self.settings.connectors[name]
        assistants = self._engines_of(name, "assistant", connector.assistant)
        return self._equip(name, connector, {"assistant": assistants, "stt": (ear,), "tts": (voice,)}, mask)

    def _equipment(self, name: str, connector: ConnectorSettings) -> Equipment:
        made = {group: self._engines_of(name, group, choices) for group, choices in _drivers(connector)}
        return self._equip(name, connector, made, Mask(connector.unmask, connector.language))

    def _engines_of(self, name: str, group: str, choices: Sequence[Choosing]) -> tuple[Any, ...]:
        return tuple(self._make(group, choice, f"connectors.{name}.{group}") for choice in choices)

    def _equip(
        self, name: str, connector: ConnectorSettings, made: Mapping[str, tuple[Any, ...]], mask: Mask
    ) -> Equipment:
        return Equipment(
            name=name,
            assistants=made["assistant"],
            recognisers=made["stt"],
            voices=made["tts"],
            hooks=Hooks(self.plugins, self._plugins_of(connector)),
            language=connector.language,
            failure_text=connector.failure_text,
            closing_text=connector.closing_text,
            waiting_text=connector.waiting.text,
            prompts=tuple(connector.prompts),
            reserved=Reserved(connector.outputs.outcome, connector.outputs.reason, connector.outputs.intent),
            on_failure=connector.on_failure,
            limits=limits_of(connector, self.settings.server.max_call),
            mask=mask,
            breakers=self.breakers,
            cache=self.cache,
        )

    def _plugins_of(self, connector: ConnectorSettings) -> list[Plugin]:
        loaded = list(self.plugins.loaded.values())
        if connector.plugins is None:
            return loaded
        refuse_unknown([name for name in connector.plugins if not any(p.named_in([name]) for p in loaded)])
        # codecs and drivers are no matter of taste: without them the line is silent
        tasteful = ("responses/", "extension/")
        return [p for p in loaded if p.named_in(connector.plugins) or not p.name.startswith(tasteful)]

    def _read_plugin_settings(self) -> dict[str, Any]:
        tables = self.settings.plugins.tables()
        read: dict[str, Any] = {}
        readers: dict[str, str] = {}
        for plugin in self.plugins.loaded.values():
            models = self._ask(plugin, "settings_model") if "settings_model" in plugin.hooks else []
            for model in models:
                if not (isinstance(model, type) and issubclass(model, BaseModel)):
                    raise _unfit(
                        plugin, "settings_model", f"returned {model!r:.50}", "a pydantic model class"
                    )
                if other := readers.get(plugin.key):
                    raise _two_readers(plugin, other)
                table = tables.pop(plugin.key, {})
                if not isinstance(table, dict):
                    raise SettingsError(f"plugins.{plugin.key}: expected a table, got {type(table).__name__}")
                options = Options(table, place=f"plugins.{plugin.key}", base=self.base)
                read[plugin.key], readers[plugin.key] = options.parse(model), plugin.name
        for name in tables:
            takers = ", ".join(sorted(read)) or "none"
            raise SettingsError(
                f"plugins.{name}: no loaded plugin of that name takes settings; those that do: {takers}"
            )
        return read


@asynccontextmanager
async def _contained(plugin: Plugin, manager: AbstractAsyncContextManager[object]) -> AsyncIterator[object]:
    """What it raises when it is left is logged: the others are still left in order."""
    entered = await manager.__aenter__()
    try:
        yield entered
    except BaseException as error:
        # it has to know: a task group of its own can only end a cancellation that it is shown
        if not await manager.__aexit__(type(error), error, error.__traceback__):
            raise
        return
    try:
        await manager.__aexit__(None, None, None)
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything
        form = "plugin %s (from %s), hook lifespan, when left: %s%s"
        logger.error(form, plugin.name, plugin.distribution, cause(error), place(error))  # noqa: TRY400  # its text may be private


def report_rest(engine: str, resting: bool) -> None:
    if resting:
        logger.warning("%s fails again and again: others are tried before it", engine)
    else:
        logger.info("%s works again", engine)


def policy_of(asked: BargeInSettings) -> BargeIn:
    return BargeIn(
        voice=asked.on == "voice",
        words=asked.words,
        seconds=asked.seconds,
        ignore=frozenset(words_of(each) for each in asked.ignore),
        confidence=asked.confidence,
        resume=asked.resume,
    )


def limits_of(connector: ConnectorSettings, max_call: float) -> Limits:
    return Limits(
        max_call=max_call,
        post_response=connector.post_response_timeout,
        final_utterance=connector.final_utterance_timeout,
        no_input=connector.max_silences,
        waiting=connector.waiting.after,
        waiting_again=connector.waiting.again,
        barge_in=policy_of(connector.barge_in),
    )


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str)
        and all(isinstance(each, str) for each in value)
    )


def _unfit(plugin: Plugin, hook: str, what: str, expected: str) -> PluginError:
    return PluginError(
        plugin.name, what, distribution=plugin.distribution, hook=hook, cure=f"return {expected}"
    )


def _stop(plugin: Plugin, hook: str, error: Exception) -> StartError:
    said = str(error) if isinstance(error, SwitchhookError) else cause(error) + place(error)
    return StartError(f"plugin {plugin.name} (from {plugin.distribution}), hook {hook}: {said}")


def _two_readers(plugin: Plugin, other: str) -> PluginError:
    return PluginError(
        plugin.name,
        f"[plugins.{plugin.key}] is read by {other} already",
        distribution=plugin.distribution,
        hook="settings_model",
        cure=f"let one of them read it, the other calls app.settings_of({plugin.key!r})",
    )


def _drivers(connector: ConnectorSettings) -> Sequence[tuple[str, Sequence[Choosing]]]:
    return (("assistant", connector.assistant), ("stt", connector.stt), ("tts", connector.tts))
