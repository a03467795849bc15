"""A call by typing: what is typed is heard, what would be spoken is shown, and no audio is made of either."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from typing import Any, NamedTuple

import anyio

from ..call.call import Call
from ..call.dialogue.events import ActionDue, Event, Failure, Faulted, NotPerformed
from ..call.record.events_file import read
from ..call.record.masking import Mask
from ..contract.actions import Action, Play, Remark, Say
from ..contract.audio import AudioFormat
from ..contract.leg import LegInfo
from ..contract.records import CallRecord
from ..contract.speech import Parameters, Transcript
from ..serving.generations.app import App
from ..virtual.engines import MemorySpeechToText
from ..virtual.leg import MemoryLeg

SOUND = 0.02  # seconds that a text lasts here
TICK = 0.02
WIDEST = 80  # characters of an action's field
KEYS = "0123456789*#ABCD"
LONGEST = 10.0  # seconds that the next typed line waits while the bot plays a recording, or does not listen


class Shown(NamedTuple):
    """What is to be shown. `who`: bot, turn, does, set, remark, fault, end or output."""

    who: str
    text: str
    details: Mapping[str, Any] = {}


Show = Callable[[Shown], None]


class ShownVoice:
    """Shows what a voice would be given, in its order."""

    formats = (AudioFormat("PCMU", 8000),)
    ssml = False
    max_bytes = 100_000

    def __init__(self, show: Show) -> None:
        self._show = show

    @asynccontextmanager
    async def synthesize(
        self, text: str, audio: AudioFormat, _language: str, _parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncIterator[bytes]:
            self._show(Shown("bot", text))
            yield audio.silence(SOUND)

        yield chunks()


class TypedCall:
    """Whoever types is never hurried: the caller's silence counts only if it is asked for, or if keys were
    typed that have led to no turn yet."""

    def __init__(self, app: App, connector: str, info: LegInfo, show: Show) -> None:
        """Raises SettingsError."""
        self._show, self._ear, self._leg = show, MemorySpeechToText(), MemoryLeg(info)
        shown = Mask(["transcripts", "variables", "digits"])
        bot = app.rehearse(connector, self._ear, ShownVoice(show), shown)
        # what was said once is shown again when it is said again
        self._call = Call(self._leg, replace(bot, cache=None), self._look)
        self._variables: dict[str, Any] = dict(info.variables)
        self._acted_in: int | None = None  # the turn in which the caller began to be waited for
        self._news = self._shown = 0

    @property
    def _turns(self) -> int:
        return len(self._call.record_writer.record.turns)

    async def run(self, typed: AsyncIterator[str], *, hurried: bool) -> CallRecord:
        """`hurried`: a typed line does not interrupt; it waits until the bot has said everything."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._leg.run)
            group.start_soon(self._listen_when_asked)
            group.start_soon(self._type, typed, hurried)
            record = await self._call.run()
            group.cancel_scope.cancel()
        self._show(Shown("end", f"{record.outcome}: {record.reason}" if record.reason else record.outcome))
        for name, value in self._leg.outputs.items():
            self._show(Shown("output", f"{name} = {value}", {"name": name, "value": value}))
        return record

    # --- the caller

    async def _type(self, typed: AsyncIterator[str], hurried: bool) -> None:
        await self._until_quiet()
        async for line in typed:
            if text := line.strip():
                await self._act(text)
            if hurried:
                await self._until_quiet()
        await self._until_quiet()
        self._leg.close("hung_up")

    async def _act(self, text: str) -> None:
        command, _, rest = text.partition(" ")
        match command:
            case "/keys":
                self._press(rest.replace(" ", "").upper())
            case "/silence":
                turns = self._turns
                self._begin()
                while self._turns == turns:  # noqa: ASYNC110  # a call that ends cancels this
                    await anyio.sleep(TICK)
            case "/hangup":
                self._leg.close("hung_up")
            case _ if command.startswith("/"):
                self._show(Shown("remark", f"{command} is unknown: /keys 12#, /silence and /hangup are"))
            case _:
                self._begin()
                await self._say(text)
        await anyio.sleep(TICK)

    def _press(self, keys: str) -> None:
        if not keys or set(keys) - set(KEYS):
            self._show(Shown("remark", f"/keys: expected keys out of 0-9 * # A-D, got {keys!r:.80}"))
            return
        self._begin()
        for key in keys:
            self._leg.press(key)

    async def _say(self, text: str) -> None:
        """Waits until somebody listens: nobody does before the call has begun, between two recognitions, and
        at its end."""
        with anyio.move_on_after(LONGEST):
            while not self._ear.listening:  # noqa: ASYNC110  # a call that ends cancels this
                await anyio.sleep(TICK)
            self._ear.hear(Transcript(text, final=True))
            return
        self._show(Shown("remark", f"nobody heard {text!r}: the bot did not listen for {LONGEST:g} s"))

    def _begin(self) -> None:
        self._leg.resume_caller()
        self._acted_in = self._turns

    async def _listen_when_asked(self) -> None:
        """What was typed has become a turn, so the caller is not waited for any more."""
        while True:
            await anyio.sleep(TICK)
            if self._acted_in is None or self._turns > self._acted_in:
                self._leg.pause_caller()
                self._acted_in = self._turns

    async def _until_quiet(self) -> None:
        """The bot has no more to say, or says nothing new for long."""
        await anyio.sleep(3 * TICK)
        news, since = self._news, anyio.current_time()
        while self._call.busy and anyio.current_time() - since < LONGEST:
            await anyio.sleep(TICK)
            if news != self._news:
                news, since = self._news, anyio.current_time()

    # --- what is shown

    def _look(self, line: str) -> None:
        """Takes the line of an event. What it led to is in the record by the next one."""
        self._news += 1
        for turn in self._call.record_writer.record.turns[self._shown :]:
            self._shown += 1
            self._show(Shown("turn", f"{turn.kind}: {turn.text}".rstrip(": "), {"kind": turn.kind}))
        for _, event in read([line]):
            self._look_at(event)

    def _look_at(self, event: Event) -> None:
        match event:
            case ActionDue(action=Remark(text=text)):
                self._show(Shown("remark", text))
            case ActionDue(action=action, plugin=plugin):
                if isinstance(action, Play):
                    self._show(Shown("bot", f"plays {action.name or 'a recording'}"))
                self._show(Shown("does", f"{plugin}: {_shown(action)}", {"plugin": plugin, **_told(action)}))
            case NotPerformed(response_type=kind, problem=problem):
                self._show(Shown("remark", f"{kind} not performed: {problem}"))
            case Faulted(source=source, hook=hook, error=error, line=line):
                where = f" at {line}" if line else ""
                self._show(Shown("fault", f"{source} {hook}: {error}{where}", {"line": line}))
            case Failure(source=source, error=error, line=line):
                where = f" at {line}" if line else ""
                self._show(Shown("fault", f"{source}: {error}{where}", {"line": line}))
            case _:
                self._show_variables()

    def _show_variables(self) -> None:
        now = dict(self._call.variables.current)
        for name in sorted({*now, *self._variables}, key=str):
            if now.get(name) != self._variables.get(name):
                self._show(
                    Shown("set", f"{name} = {now.get(name)!r}", {"name": name, "value": now.get(name)})
                )
        self._variables = now


def _told(action: Action) -> dict[str, Any]:
    """The same for programs, with nothing cut but sound."""
    values = {field.name: getattr(action, field.name) for field in fields(action)}
    given = {name: value for name, value in values.items() if not isinstance(value, bytes)}
    return {"action": type(action).__name__, "fields": given}


def _shown(action: Action) -> str:
    """The action's fields that differ from their defaults; of one that is heard only the name, as it is shown
    anyway."""
    name = type(action).__name__
    if isinstance(action, Say | Play):
        return name
    told = ((field, getattr(action, field.name)) for field in fields(action))
    given = (f"{field.name}={_cut(repr(value))}" for field, value in told if value != field.default)
    return f"{name}({', '.join(given)})"


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
