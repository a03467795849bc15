"""Hooks that are asked before calls come: what the configuration names is made, plugins say what they are.

See `hookspecs`, which has all others.
"""

# Only names count for pluggy, and the bodies are never run: each docstring is the contract.
from __future__ import annotations

from typing import TYPE_CHECKING

from .hook import hook

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from pydantic import BaseModel

    from .assistant import Assistant
    from .caller import SimulatedCaller
    from .figures import Figure
    from .findings import Finding
    from .info import AppInfo
    from .leg import Transport
    from .options import Options
    from .settings import ServerSettings
    from .sinks import RecordSink
    from .speech import SpeechToText, TextToSpeech
    from .state import State


# --- Drivers: asked of the one plugin that the configuration names, once per distinct options table


@hook("start", "one")
def create_transport(options: Options, server: ServerSettings) -> Transport:  # type: ignore[empty-body]
    """Asked at start-up of the plugin in `[transport] use`. `options` is that table without `use`. Raises
    SettingsError for wrong options; None is an error. One that is `Changeable` takes other options later, one
    that `TakesSockets` accepts on sockets that can outlive it. For plugins in `switchhook.transport`."""


@hook("start", "one")
def create_stt(options: Options) -> SpeechToText:  # type: ignore[empty-body]
    """Asked at start-up of the plugin that a connector's `stt` names, and in a thread when the configuration
    is read again. Equal tables share an engine, as long as the files that they name stay the same. It may
    offer more than its contract asks for: see "What a driver may offer". Raises SettingsError or StartError;
    None is an error. For plugins in `switchhook.stt`."""


@hook("start", "one")
def create_tts(options: Options) -> TextToSpeech:  # type: ignore[empty-body]
    """As create_stt, of the plugin that a connector's `tts` names; None is an error. For plugins in
    `switchhook.tts`."""


@hook("start", "one")
def create_assistant(options: Options) -> Assistant:  # type: ignore[empty-body]
    """As create_stt, of the plugin that a connector's `assistant` names; None is an error. For plugins in
    `switchhook.assistant`."""


@hook("start", "one")
def create_caller(options: Options) -> SimulatedCaller:  # type: ignore[empty-body]
    """When a program places calls of its own, `switchhook try --voice` for instance: a simulated caller over
    a real transport. `options` says whom to call: `config`, `connector` and the `port` where its server
    listens, or `url`, `api_key` and `client_secret`, a file that holds it. Raises SettingsError for wrong
    options; None is an error. For plugins in `switchhook.caller`."""


@hook("start", "one")
def create_record_sink(options: Options) -> RecordSink:  # type: ignore[empty-body]
    """At start-up, of each plugin that a table of `[[records.sinks]]` names: where records of calls go. It is
    made without connecting anywhere. Raises SettingsError for wrong options; None is an error. For plugins in
    `switchhook.record_sink`."""


@hook("start", "one")
def create_state(options: Options) -> State:  # type: ignore[empty-body]
    """Asked at start-up of the plugin in `[state] use`; with several workers by their supervisor alone.
    `options` is that table without `use` and `when_lost`. It is kept when the configuration is read again.
    Raises SettingsError or StartError; None is an error. For plugins in `switchhook.state`."""


# --- Life of a plugin: asked of every loaded plugin that has them


@hook("start", "all")
def settings_model() -> type[BaseModel]:  # type: ignore[empty-body]
    """The model that validates `[plugins.NAME]`, where NAME is this plugin's entry-point name. Asked while
    the configuration is read. None, or no such hook: the plugin takes no settings, and a table for it is an
    error. Any plugin."""


@hook("start", "all")
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[object]:  # type: ignore[empty-body]
    """A context manager around the calls of a configuration: entered before the first, left after the last.
    What it yields is the parameter `plugin` of this plugin's other hooks. `app.settings_of(NAME)` gives its
    validated settings. When the configuration is read again while calls are answered, it is kept if the
    settings of this plugin and of its distribution are the same; if not, there is another, and live calls
    keep theirs. An exception when it is entered stops the start, or leaves in force what was read before; one
    that comes later is logged, and so is one when it is left, for which it has ten seconds. None: nothing to
    do. Any plugin."""


@hook("start", "all")
def check(app: AppInfo) -> AsyncIterable[Finding]:  # type: ignore[empty-body]
    """What this plugin verifies in `switchhook check`: findings, each with its cure, from an inner async
    generator. None: nothing to verify. Any plugin."""


@hook("start", "all")
def check_public(app: AppInfo) -> AsyncIterable[Finding]:  # type: ignore[empty-body]
    """Like `check`, for `switchhook check --public`: what this plugin verifies over the network while the
    server runs, from outside as far as this machine can. None: nothing to verify. Any plugin."""


@hook("start", "all")
def figures() -> Iterable[Figure]:  # type: ignore[empty-body]
    """What this plugin measures, for those who listen to `measured`. Asked at start-up. None: nothing. Any
    plugin."""


@hook("start", "all")
def open_recording(file: Path, identity: Path) -> bytes:  # type: ignore[empty-body]
    """When `switchhook records show --identity` draws a call: the WAV file in a recording that is encrypted,
    with the key in the file `identity`. Raises SettingsError where that does not open it. None: this plugin
    makes no such files. Any plugin."""


@hook("start", "all")
def response_models() -> Mapping[str, type[BaseModel]]:  # type: ignore[empty-body]
    """When the plugin is loaded: response types of its author's own, by name, and the model that each is read
    with. This plugin's `handle_unknown` is then given that model; others still see an UnknownResponse. A
    response that does not fit its model is a fault in the record that names the field, and the others are
    asked. Two plugins that claim one name stop the start. None: none. Any plugin."""
