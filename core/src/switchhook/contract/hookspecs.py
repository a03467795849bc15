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
from .start_hooks import *  # noqa: F403  # each that is added there is a hook

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from pydantic import BaseModel

    from .actions import Action
    from .assistant import Turn
    from .audio import AudioFormat, Codec, Tap
    from .findings import AdminPage
    from .info import CallInfo
    from .records import CallRecord, TurnRecord
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
    collected as `sensitive`, while the peer has a pause of its own, and of prompts that repeat what was given
    in confidence. A tap that raises is taken out, and a fault of its
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
    made. A text is words, or SSML, by then where the bundled handlers made it: what is said in its place
    is taken as such, and no Markdown is read in it. None: unchanged; an action, or a list of at most 100,
    replaces it; an empty list drops it. Any plugin."""


# --- Listeners: each plugin is told


@hook("call", "all")
def call_started(call: CallInfo, plugin: Any) -> None:
    """A call was answered, before its greeting turn. What is returned is ignored. Any plugin."""


@hook("call", "all")
def turn_started(call: CallInfo, turn: Turn, plugin: Any) -> None:
    """An assistant is about to be told `turn`, in the task that tells it; once more for each other one that
    is told it as the one before has failed. What is returned is ignored. Any plugin."""


@hook("call", "all")
def turn_completed(call: CallInfo, turn: Turn, plugin: Any) -> None:
    """The reply to `turn` has been performed. What is returned is ignored. Any plugin."""


@hook("call", "all")
def turn_recorded(call: CallInfo, turn: TurnRecord, plugin: Any) -> None:
    """All is known that happened in `turn`: there is a later one, and what it said is over. Told in order, of
    each turn but the last ones; `call_ended` has all of them in `record.turns`. What is returned is ignored.
    Any plugin."""


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
