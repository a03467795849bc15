"""`record`: the caller is asked for a message, which is played back and posted to a webhook.

Its JSON is not published. What is taken is lenient in its names; `user_defined` with the command
`vgwActRecord` is the same in a form of our own.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import Any

import anyio
from anyio.abc import TaskGroup
from pydantic import (
    BaseModel,
    ValidationError,
)

from switchhook import (
    Action,
    AppInfo,
    AudioFormat,
    CallInfo,
    CallRecord,
    EndCall,
    Figure,
    ForceTurn,
    HandOver,
    Play,
    Remark,
    Say,
    SetBargeIn,
    SetListening,
    Tap,
    UnknownResponse,
    UserDefinedResponse,
    hookimpl,
)

from .figures import MESSAGES_LOST
from .message import MESSAGE, Message, beep, nothing
from .record_settings import Asked, RecordSettings
from .webhook import Webhook, WebhookError, instant

logger = logging.getLogger(__name__)

COMMAND = "vgwactrecord"
PLACE = "[recording]"
BEEP, WAITING = "beep", "silence for a message"  # names of what is played
STEP = 10  # seconds of silence in one piece
PATIENCE = 8.0  # seconds for messages that are not posted yet, when the server ends


@dataclass(slots=True)
class Messages:
    """Of one configuration."""

    settings: RecordSettings
    group: TaskGroup
    webhook: Webhook | None
    lost: Callable[[int], None] = lambda _: None


@dataclass(slots=True)
class CallMessages:
    """Of one call. It is its tap; there is a message while one is asked for."""

    call: CallInfo
    audio: AudioFormat
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    message: Message | None = None
    asked: Asked = field(default_factory=Asked)
    problem: str = ""

    def caller(self, audio: bytes, at: float, /) -> None:
        if self.message is not None:
            self.message.caller(audio, at)

    def bot(self, audio: bytes, at: float, /) -> None:
        if self.message is not None:
            self.message.bot(audio, at)

    async def post(self, plugin: Messages, message: Message) -> None:
        if plugin.webhook is None:
            return
        begin, end = message.span(self.began)
        metadata = {
            "assistant_id": plugin.settings.assistant_id,
            "environment_id": plugin.settings.environment_id,
            "session_id": self.call.id,
            "conversation_id": self.call.conversation_id,
            "recording_id": message.id,
            "start_timestamp": instant(begin),
            "stop_timestamp": instant(end),
        }
        try:
            await plugin.webhook.post(metadata, message.audio, message.sound())
        except Exception as error:  # noqa: BLE001  # one message is lost, and not the task group of all
            self._lose(plugin, str(error) if isinstance(error, WebhookError) else type(error).__name__)
        except anyio.get_cancelled_exc_class():
            self._lose(plugin, "the server ended before the webhook took it")
            raise

    def _lose(self, plugin: Messages, problem: str) -> None:
        self.problem = problem
        plugin.lost(1)
        logger.error("a message of call %s is lost: %s", self.call.id, problem)


@hookimpl
def settings_model() -> type[BaseModel]:
    return RecordSettings


@hookimpl
def figures() -> Sequence[Figure]:
    return [MESSAGES_LOST]


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[Messages]:
    return posting(app.settings_of("record"), lambda count: app.measured(MESSAGES_LOST.name, count, {}))


@asynccontextmanager
async def posting(
    settings: RecordSettings, lost: Callable[[int], None] = lambda _: None
) -> AsyncIterator[Messages]:
    webhook = None
    if settings.webhook is not None and settings.secret is not None:
        secret = settings.secret.get_secret_value()
        webhook = Webhook(settings.webhook, secret, settings.hosts, settings.timeout)
    try:
        async with anyio.create_task_group() as group:
            yield Messages(settings, group, webhook, lost)
            group.cancel_scope.deadline = anyio.current_time() + PATIENCE
    finally:
        if webhook is not None:
            await webhook.aclose()


@hookimpl
def create_tap(call: CallInfo, audio: AudioFormat, plugin: Messages | None) -> Tap | None:
    if plugin is None or plugin.webhook is None:
        return None
    ours = call.state[MESSAGE] = CallMessages(call, audio)
    return ours


@hookimpl
def handle_unknown(response: UnknownResponse, call: CallInfo, plugin: Messages | None) -> Any:
    return _record(response.raw, call, plugin) if response.response_type == "record" else None


@hookimpl
def handle_user_defined(response: UserDefinedResponse, call: CallInfo, plugin: Messages | None) -> Any:
    asked = response.user_defined.get("vgwAction")
    if not isinstance(asked, Mapping) or str(asked.get("command", "")).lower() != COMMAND:
        return None
    given = asked.get("parameters")
    return _record(given if isinstance(given, Mapping) else {}, call, plugin)


def _record(given: Mapping[str, Any], call: CallInfo, plugin: Messages | None) -> Any:
    ours: CallMessages | None = call.state.get(MESSAGE)
    if ours is None or plugin is None:
        return Remark("record: there is no webhook that takes messages: say [plugins.record] webhook")
    try:
        asked = Asked.model_validate(dict(given))
    except ValidationError as error:
        where = ", ".join(".".join(map(str, each["loc"])) for each in error.errors(include_input=False))
        return Remark(f"record: expected something else for {where}")
    return _listen(ours, asked, plugin)


def _listen(ours: CallMessages, asked: Asked, plugin: Messages) -> list[Action]:
    """A key ends it, and is the next input. As long as something plays, the caller's silence is none."""
    before = _finish(ours, plugin)  # one after the other
    longest = min(asked.max_duration, plugin.settings.max_message)
    ours.asked, ours.message = asked, Message(ours.audio, longest)
    ours.call.shared[MESSAGE] = ours.message
    steps = [min(STEP, longest - at) for at in range(0, ceil(longest), STEP)]
    return [
        *before,
        *([Say(asked.prompt)] if asked.prompt else []),
        *([Play(beep(), BEEP)] if asked.beeps else []),
        SetListening(speech=False, digits=True),
        SetBargeIn(digits=True),
        *(Play(nothing(seconds), WAITING) for seconds in steps),
        ForceTurn("recorded"),
    ]


@hookimpl
def rewrite_action(action: Action, call: CallInfo, plugin: Messages | None) -> list[Action] | None:
    """The first action of the next reply comes behind the end of the message."""
    ours: CallMessages | None = call.state.get(MESSAGE)
    if ours is None or plugin is None:
        return None
    if ours.problem:
        return _after_loss(ours, plugin, action)
    if ours.message is None or _is_of(action, ours.asked):
        return None
    return [*_finish(ours, plugin), action]


def _finish(ours: CallMessages, plugin: Messages) -> list[Action]:
    """Posts the message that was left, if there is one, and says so."""
    message, ours.message = ours.message, None
    if message is None:
        return []
    ours.call.shared.pop(MESSAGE, None)
    plugin.group.start_soon(ours.post, plugin, message)
    return [SetListening(speech=True), *_confirmation(ours.asked.confirmation, message)]


def _is_of(action: Action, asked: Asked) -> bool:
    """An action of the recording itself."""
    match action:
        case Play(name=name):
            return name in (BEEP, WAITING)
        case Say(text=text):
            return text == asked.prompt
        case _:
            return isinstance(action, ForceTurn | SetListening | SetBargeIn)


def _confirmation(text: str, message: Message) -> list[Action]:
    before, place, after = text.partition(PLACE)
    played = [Play(message.wav(), "recording")] if place else []
    said = [Say(each.strip(), cached=False) if each.strip() else None for each in (before, after)]
    return [each for each in (said[0], *played, said[1]) if each is not None]


def _after_loss(ours: CallMessages, plugin: Messages, action: Action) -> list[Action] | None:
    problem, ours.problem = ours.problem, ""
    remark = Remark(f"record: the webhook did not take the message: {problem}")
    match plugin.settings.when_lost:
        case "hand_over":
            return [remark, HandOver()]
        case "end":
            return [remark, EndCall()]
        case _:
            return [remark, action]


@hookimpl
def call_ended(call: CallInfo, record: CallRecord, plugin: Messages | None) -> None:
    """A caller who hangs up behind his message has left it."""
    ours: CallMessages | None = call.state.get(MESSAGE)
    if ours is None or plugin is None:
        return
    message, ours.message = ours.message, None
    if message is not None and message.sound():
        plugin.group.start_soon(ours.post, plugin, message)
    elif ours.problem:
        fault = {"source": "responses/record", "hook": "handle_unknown", "error": ours.problem}
        record.faults.append({**fault, "at": record.seconds})
