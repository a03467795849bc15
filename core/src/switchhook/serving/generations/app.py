"""A configuration brought to life: plugins loaded, engines made, connectors equipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ...call.bot import Bot, Tongue
from ...call.dialogue.barge_in import BargeIn, words_of
from ...call.dialogue.limits import Limits
from ...call.engine import Engine, Kind, engines_of
from ...call.prompt_cache.cache import PromptCache
from ...call.record.masking import Mask
from ...call.record.variables import Reserved
from ...contract.errors import PluginError, SettingsError
from ...contract.figures import Figure
from ...contract.leg import Transport
from ...contract.options import Choosing, Options
from ...contract.settings import (
    BargeInSettings,
    ConnectorSettings,
    LanguageSettings,
    Settings,
    TransportSettings,
)
from ...contract.speech import SpeechToText, TextToSpeech
from ...contract.state import State
from ...plugins.asking import Hooks
from ...plugins.files import plugin_files
from ...plugins.loader import Plugin, Plugins, only_installed, refuse_unknown
from ...speakable.words import Pronunciations
from ..drivers.engines import Engines, ask, unfit
from ..drivers.keeping import Lifetime, entered
from ..drivers.lifespans import lifespan
from ..measuring.figures import declared
from ..measuring.told import Told
from ..records.sinks import sinks_of

MEGABYTE = 1024 * 1024
Made = Mapping[str, tuple[Engine[Any], ...]]


class App:
    """When it is made, every plugin that is used is imported and its settings are validated; `equip` makes
    the engines. What it has in common with the one `before`, it shares with it. Raises SettingsError and
    PluginError.
    """

    engines: Engines
    cache: PromptCache | None

    def __init__(
        self,
        settings: Settings,
        base: Path,
        plugins: Plugins | None = None,
        before: App | None = None,
    ) -> None:
        self.settings, self.base = settings, base
        self.plugins = plugins or Plugins(settings.plugins.order)
        asked = settings.plugins
        self.plugins.guard.breaker.most = asked.off_after
        files = plugin_files(asked.path, base) if asked.path else []
        self.plugins.load_shared(asked.only, asked.exclude, files)
        self.engines = Engines(self.plugins, base, None if before is None else before.engines)
        self.cache = self._prompt_cache(before)
        self._transport = _named(settings.transport)
        self.plugins.load_one("transport", self._transport.use)
        self.plugins.load_one("state", settings.state.use)
        for connector in settings.connectors.values():
            for group, choices in chain(_drivers(connector), *map(_drivers, connector.languages.values())):
                for choice in choices:
                    self.plugins.load_one(group, choice.use)
        for choice in sinks_of(settings.records):
            self.plugins.load_one("record_sink", choice.use)
        self._settings = self._read_plugin_settings()
        self.told: Told = (
            Told() if before is None else before.told
        )  # a lifespan that is kept knows the first one
        # likewise: who shows figures has to know those of a plugin that comes with a later reading
        self.figures: dict[str, Figure] = {} if before is None else before.figures
        self.figures.update(declared(self.plugins, partial(ask, self.plugins)))

    @property
    def drivers(self) -> list[str]:
        """The speech and assistants that connectors name, as `stt/NAME`."""
        kinds = ("stt/", "tts/", "assistant/")
        loaded = self.plugins.loaded.values()
        return sorted(each.name for each in loaded if each.name.startswith(kinds) and not each.file)

    def settings_of(self, name: str) -> Any:
        return self._settings[name]

    def measured(self, name: str, value: float, labels: Mapping[str, str], /) -> None:
        self.told.put(name, value, labels)

    @property
    def plugin_settings(self) -> Mapping[str, BaseModel]:
        """By the names of their tables in `[plugins]`."""
        return self._settings

    @property
    def transport_named(self) -> str:
        return self._transport.use

    @property
    def transport_options(self) -> Options:
        return Options(self._transport.table(), place="transport", base=self.base)

    def transport(self) -> Transport:
        made = self.engines.make("transport", self._transport, server=self.settings.server)
        transport: Transport = made.driver
        return transport

    def state(self) -> State:
        """Raises SettingsError, StartError and PluginError."""
        made: State = self.engines.make("state", self.settings.state).driver
        return made

    def equip(self) -> dict[str, Bot]:
        """Makes the engines, which loads models. Equal tables share an engine."""
        return {name: self._bot(name, connector) for name, connector in self.settings.connectors.items()}

    def lifetimes(self) -> Iterator[Lifetime]:
        """What calls need, in the order that it is entered: engines, then plugins."""
        yield from self.engines.lifetimes()
        for plugin in self.plugins.loaded.values():
            if "lifespan" in plugin.hooks:
                yield lifespan(self, self.plugins, self.base, plugin)

    def lifespans(self) -> AbstractAsyncContextManager[None]:
        """Around everything that serves: engines are entered first, then plugins; left in reverse order."""
        return entered(self.lifetimes())

    def _prompt_cache(self, before: App | None) -> PromptCache | None:
        asked = self.settings.prompts
        if before is not None and before.settings.prompts == asked:
            return before.cache
        if not asked.memory:
            return None
        return PromptCache(asked.directory, memory=asked.memory * MEGABYTE, disk=asked.disk * MEGABYTE)

    def rehearse(self, name: str, ear: SpeechToText, voice: TextToSpeech, mask: Mask) -> Bot:
        """A connector with these speech engines in place of its own, which are not loaded. Raises
        SettingsError."""
        if name not in self.settings.connectors:
            known = ", ".join(sorted(self.settings.connectors)) or "none"
            raise SettingsError(f"there is no connector {name!r}; known: {known}")
        connector = self.settings.connectors[name]
        speech: Made = {"stt": engines_of("stt", [ear]), "tts": engines_of("tts", [voice])}
        return self._equip(name, connector, mask, speech)

    def _bot(self, name: str, connector: ConnectorSettings) -> Bot:
        mask = Mask(connector.unmask, connector.language, own_texts(connector))
        return self._equip(name, connector, mask, {})

    def _made(self, place: str, table: ConnectorSettings | LanguageSettings, given: Made) -> Made:
        """Engines by their kind: those that are `given` in place of the table's own."""
        return {
            kind: given[kind]
            if kind in given
            else tuple(self.engines.make(kind, choice, f"{place}.{kind}") for choice in choices)
            for kind, choices in _drivers(table)
        }

    def _equip(self, name: str, connector: ConnectorSettings, mask: Mask, given: Made) -> Bot:
        made = self._made(f"connectors.{name}", connector, given)
        further = []
        for tag, table in connector.languages.items():
            others = self._made(f"connectors.{name}.languages.{tag}", table, given)
            further.append(_tongue(tag, table, {**made, **others}))
        return Bot(
            name=name,
            **_engines(made),
            further=tuple(further),
            hooks=Hooks(self.plugins, self._plugins_of(connector)),
            language=connector.language,
            failure_text=connector.failure_text,
            closing_text=connector.closing_text,
            waiting_text=connector.waiting.text,
            prompts=tuple(connector.prompts),
            pronunciations=Pronunciations(connector.pronunciations),
            reserved=Reserved(connector.outputs.outcome, connector.outputs.reason, connector.outputs.intent),
            on_failure=connector.on_failure,
            limits=limits_of(connector, self.settings.server.max_call),
            mask=mask,
            cache=self.cache,
        )

    def _plugins_of(self, connector: ConnectorSettings) -> list[Plugin]:
        loaded = list(self.plugins.loaded.values())
        if connector.plugins is None:
            return loaded
        refuse_unknown([name for name in connector.plugins if not any(p.named_in([name]) for p in loaded)])
        # nobody may leave out codecs and drivers: without them the line is silent
        tasteful = ("responses/", "extension/")
        return [
            p for p in loaded if p.named_in(connector.plugins) or not (p.file or p.name.startswith(tasteful))
        ]

    def _read_plugin_settings(self) -> dict[str, BaseModel]:
        tables = self.settings.plugins.tables()
        read: dict[str, BaseModel] = {}
        readers: dict[str, str] = {}
        for plugin in self.plugins.loaded.values():
            models = ask(self.plugins, plugin, "settings_model") if "settings_model" in plugin.hooks else []
            for model in models:
                if not (isinstance(model, type) and issubclass(model, BaseModel)):
                    raise unfit(plugin, "settings_model", f"returned {model!r:.50}", "a pydantic model class")
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
        merge=connector.merge_utterances,
        choice_wait=connector.choice_wait,
        waiting=connector.waiting.after,
        waiting_again=connector.waiting.again,
        barge_in=policy_of(connector.barge_in),
    )


def _named(transport: TransportSettings) -> TransportSettings:
    """With the name of the only transport that is installed, if the table names none."""
    return transport.model_copy(update={"use": transport.use or only_installed("transport")})


def _two_readers(plugin: Plugin, other: str) -> PluginError:
    return PluginError(
        plugin.name,
        f"[plugins.{plugin.key}] is read by {other} already",
        distribution=plugin.distribution,
        hook="settings_model",
        cure=f"let one of them read it, the other calls app.settings_of({plugin.key!r})",
    )


def _drivers(table: ConnectorSettings | LanguageSettings) -> Iterator[tuple[Kind, Sequence[Choosing]]]:
    """The drivers that the table names, by their kind."""
    named: Sequence[tuple[Kind, Sequence[Choosing] | None]]
    named = (("assistant", table.assistant), ("stt", table.stt), ("tts", table.tts))
    return ((kind, choices) for kind, choices in named if choices)


def _engines(made: Made) -> dict[str, Any]:
    return {"assistants": made["assistant"], "recognisers": made["stt"], "voices": made["tts"]}


def own_texts(connector: ConnectorSettings) -> frozenset[str]:
    """The texts of the configuration that the bot says."""
    tables: list[ConnectorSettings | LanguageSettings] = [connector, *connector.languages.values()]
    texts = ((each.failure_text, each.closing_text, each.waiting.text, *each.prompts) for each in tables)
    return frozenset(chain.from_iterable(texts))


def _tongue(tag: str, table: LanguageSettings, made: Made) -> Tongue:
    return Tongue(
        tag,
        **_engines(made),
        failure_text=table.failure_text,
        closing_text=table.closing_text,
        waiting_text=table.waiting.text,
        prompts=tuple(table.prompts),
    )
