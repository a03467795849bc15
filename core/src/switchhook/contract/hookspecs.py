"""Every hook, in the order a call meets them.

A plugin is a module (or object) named by an entry point, holding functions marked `@hookimpl`:

    from switchhook import Say, hookimpl

    @hookimpl
    def handle_user_defined(response, call):
        if "weather" not in response.user_defined:
            return None                     # not mine: the next plugin is asked
        return Say("It will stay dry.")

Parameters are matched by name and may be left out. A hook function is a plain `def` that decides at once:
one that is itself a coroutine or a generator could never decline, and is refused when it is loaded. To
answer slowly, return an async generator made by an inner function. What a plugin's `lifespan` yielded is the
parameter `plugin` of its other hooks that are asked while calls are answered, and None where there is no
server. (`call.plugin` is the same.)
"""

# Only names count for pluggy, and the bodies are never run: each docstring is the contract.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .hook import action_or_list, actions, entered, hook, page, samples, tap

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from pydantic import BaseModel

    from .actions import Action
    from .assistant import Assistant, Turn
    from .audio import AudioFormat, Codec, Tap
    from .caller import SimulatedCaller
    from .figures import Figure
    from .findings import AdminPage, Finding
    from .info import AppInfo, CallInfo
    from .leg import Transport
    from .options import Options
    from .records import CallRecord
    from .responses import (
        AudioResponse,
        ConnectToAgentResponse,
        DtmfResponse,
        EndSessionResponse,
        ImageResponse,
        OptionResponse,
        SpeechToTextResponse,
        StartActivitiesResponse,
        StopActivitiesResponse,
        TextResponse,
        TextToSpeechResponse,
        UnknownResponse,
        UserDefinedResponse,
    )
    from .returned import Actions
    from .settings import ServerSettings
    from .speech import SpeechToText, TextToSpeech


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
def response_models() -> Mapping[str, type[BaseModel]]:  # type: ignore[empty-body]
    """When the plugin is loaded: response types of its author's own, by name, and the model that each is read
    with. This plugin's `handle_unknown` is then given that model; others still see an UnknownResponse. A
    response that does not fit its model is a fault in the record that names the field, and the others are
    asked. Two plugins that claim one name stop the start. None: none. Any plugin."""


# --- Audio


@hook("call", "first")
def create_codec(audio: AudioFormat, plugin: Any) -> Codec | None:
    """Asked once in a call, if an engine does not take the line's own format. None: not my coding. For
    plugins in `switchhook.codec`."""


@hook("call", "first", samples)
def load_audio(data: bytes, audio: AudioFormat, plugin: Any) -> bytes | Awaitable[bytes] | None:
    """The samples of a sound file that is to be played, in the line's format, whatever rate, width or number
    of channels it has. If that takes more than some milliseconds, return an awaitable, made by an inner
    coroutine that decodes off the event loop; it is cancelled with the prompt. None: not a form I read. Raise
    Unplayable, also in the awaitable, with a reason that says what is wrong with the file; then the next
    plugin is asked. For plugins in `switchhook.codec`."""


@hook("call", "all", tap)
def create_tap(call: CallInfo, audio: AudioFormat, plugin: Any) -> Tap | None:
    """Asked once in a call, after `call_started`: what is given every piece of it that is heard, on either
    side, in the line's format `audio`. It gets nothing of what is said in confidence: while digits are
    collected as `sensitive`, while the peer has a pause of its own, while the caller is not listened to, and
    of prompts that repeat what was given in confidence. A tap that raises is taken out, and a fault of its
    plugin. None: this call is not for me. Any plugin."""


# --- Responses: once for each of a reply, in order; plugins made for them are in `switchhook.responses`


@hook("call", "first", actions)
def handle_text(response: TextResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """A text to speak. In all `handle_` hooks: return an action, several, or an async generator of them;
    None: not mine, the next plugin is asked. If a response is returned, its own handlers are asked for it in
    its place, but not the plugins that it came from; at most four may come one of the other. The bundled
    plugins are asked last. An exception is reported and counts as None, also a later one, as long as nothing
    has been performed; after that the response is not begun again, and the caller is told so with the
    connector's `failure_text`. Any plugin."""


@hook("call", "first", actions)
def handle_option(response: OptionResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """A list to choose from. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_image(response: ImageResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """A picture. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_audio(response: AudioResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """A sound file by address; the address comes from outside. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_dtmf(response: DtmfResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """Collect or send keys, or let them interrupt. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_speech_to_text(response: SpeechToTextResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """Configure recognition. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_text_to_speech(response: TextToSpeechResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """Configure synthesis, or let speech interrupt. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_start_activities(response: StartActivitiesResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """Listen again, to speech or keys. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_stop_activities(response: StopActivitiesResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """Stop listening, to speech or keys. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_connect_to_agent(response: ConnectToAgentResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """A person is to take over. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_end_session(response: EndSessionResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """The assistant is done. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_user_defined(response: UserDefinedResponse, call: CallInfo, plugin: Any) -> Actions | None:
    """Whatever authors and plugins agree on. None: not mine. Any plugin."""


@hook("call", "first", actions)
def handle_unknown(response: UnknownResponse | BaseModel, call: CallInfo, plugin: Any) -> Actions | None:
    """A type that Switchhook has no model for, or an item that does not fit its model. One of a type that
    this plugin claims by `response_models` is that model, and this plugin is asked first; every other is an
    UnknownResponse. None from all: reported as not performed. Any plugin."""


@hook("call", "chain", action_or_list)
def rewrite_action(action: Action, call: CallInfo, plugin: Any) -> Action | list[Action] | None:
    """Asked before each action is performed, of each plugin in turn; each is given what the one before has
    made. None: unchanged; an action, or a list of at most 100, replaces it; an empty list drops it.
    Any plugin."""


# --- Listeners: each plugin is told


@hook("call", "all")
def call_started(call: CallInfo, plugin: Any) -> None:
    """A call was answered, before its greeting turn. What is returned is ignored. Any plugin."""


@hook("call", "all")
def turn_completed(call: CallInfo, turn: Turn, plugin: Any) -> None:
    """The reply to `turn` has been performed. What is returned is ignored. Any plugin."""


@hook("call", "all")
def call_ended(call: CallInfo, record: CallRecord, plugin: Any) -> None:
    """The call is over and its record is complete. What is returned is ignored. Any plugin."""


@hook("call", "all")
def measured(name: str, value: float, labels: Mapping[str, str], plugin: Any) -> None:
    """A figure was taken; `app.figures`, which `lifespan` may keep, says what the name means. Never per frame
    of audio. What is returned is ignored. Any plugin."""


# --- The admin port


@hook("call", "first", page)
def admin_page(path: str, plugin: Any) -> AdminPage | None:
    """A page was asked for that is neither /livez nor /readyz; `path` without query. None: not mine. Any
    plugin."""


@hook("call", "first", page)
def merge_pages(
    path: str, pages: Sequence[AdminPage], slots: Sequence[int], gone: Sequence[AdminPage], plugin: Any
) -> AdminPage | None:
    """Where several workers answer calls: one page of those that `admin_page` made of a path in each of them;
    `slots` are the workers' numbers, from 0. Of `gone`, the last ones of workers that have ended, only what
    never gets less counts on. Without `pages` it is one that stands for those that are gone. None: not mine.
    Any plugin."""


HOOKS = entered
"""Every hook by its name, in the order of a call."""
