"""A call without audio whose caller is a plan: what he says is recognised as it is written, what the bot says
takes as long as its words would. In virtual time it costs what the bot thinks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf
from pathlib import Path

import anyio

from ..call.call import Call
from ..call.record.masking import Mask
from ..call.signal import Signal
from ..contract.audio import AudioFormat
from ..contract.caller import CallerAct, CallerPlan, PlacedCall
from ..contract.leg import LegInfo
from ..contract.records import CallRecord
from ..contract.speech import Parameters, Transcript
from ..serving.generations.app import App
from ..virtual.engines import MemorySpeechToText
from ..virtual.leg import MemoryLeg

WORD = 0.4  # seconds that a spoken word takes
PAUSE = 0.7  # of the bot's silence, before the caller does the next thing
SETTLED = 3.0  # likewise, before he hangs up
PATIENCE = 10.0  # for a bot that does not answer
SILENCE = 120.0  # for one that is to notice a silent caller
KEY = 0.25  # between two keys
STARTED = '"type":"PromptStarted"'  # in the line of an event


class SilentVoice:
    """As long as the words, and silent."""

    formats = (AudioFormat("PCMU", 8000),)
    ssml = False
    max_bytes = 100_000

    @asynccontextmanager
    async def synthesize(
        self, text: str, audio: AudioFormat, _language: str, _parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncIterator[bytes]:
            yield audio.silence(WORD * max(1, len(text.split())))

        yield chunks()


class Rehearsal:
    """Made before `app.lifespans()` is entered, run inside. Its record hides nothing but what is given in
    confidence: whoever wrote the plan knows what the caller says."""

    def __init__(self, app: App, connector: str, plan: CallerPlan) -> None:
        """Raises SettingsError."""
        self._plan, self._ear = plan, MemorySpeechToText()
        self._leg = MemoryLeg(
            LegInfo("rehearsed", connector, language=plan.language, variables=plan.variables)
        )
        bot = app.rehearse(connector, self._ear, SilentVoice(), Mask(["transcripts", "variables", "digits"]))
        # another's voice must not be heard, and nothing of ours be kept
        self._call = Call(self._leg, replace(bot, cache=None), self._look)
        self._events: list[str] = []
        self._changed = Signal()
        self._before = 0  # turns when the caller did the last thing
        self._spoke: float | None = None  # when the answer to it began
        self._began = 0.0
        self._patience = PATIENCE
        self._placed = PlacedCall(keep=self._keep)

    async def run(self) -> PlacedCall:
        self._began = anyio.current_time()
        record: CallRecord | None = None
        async with anyio.create_task_group() as group:
            group.start_soon(self._leg.run)
            group.start_soon(self._behave)
            with anyio.move_on_after(self._plan.limit):
                record = await self._call.run()
            group.cancel_scope.cancel()
        placed = self._placed
        placed.record = record or self._call.record_writer.record
        placed.ending, placed.detail = placed.record.outcome, placed.record.reason
        if record is None:
            placed.detail = f"not over after {self._plan.limit:g} s"
        placed.seconds, placed.outputs = placed.record.seconds, self._leg.outputs
        if len(placed.variables) <= len(placed.began):  # the bot has ended the call
            placed.variables.append(dict(self._call.variables.current))
        return placed

    # --- the caller

    async def _behave(self) -> None:
        async for act in self._acts():
            if act.interrupt is not None:
                await self._until_speaking(act.interrupt, self._patience)
            else:
                await self._until_quiet(self._patience, PAUSE)
            self._placed.variables.append(dict(self._call.variables.current))
            self._placed.acts.append(act)
            self._placed.began.append(anyio.current_time() - self._began)
            self._before, self._spoke = self._turns, None
            await self._do(act)
            self._patience = SILENCE if act.silence else PATIENCE
        await self._until_quiet(self._patience, SETTLED)
        self._leg.close("hung_up")

    async def _acts(self) -> AsyncGenerator[CallerAct, None]:
        """As planned; then as the caller thinks of them."""
        for act in self._plan.acts:
            yield act
        while self._plan.mind is not None:
            await self._until_quiet(self._patience, PAUSE)
            turns = self._call.record_writer.record.turns[self._before :]
            thought = await self._plan.mind.next(" ".join(text for turn in turns for text in turn.said))
            if not thought:
                return
            for act in thought:
                yield act

    async def _do(self, act: CallerAct) -> None:
        for number, key in enumerate(act.keys):
            if number:
                await anyio.sleep(KEY)
            self._leg.press(key)
        if act.say:
            await self._say(act.say)
        if act.hang_up:
            self._leg.close("hung_up")

    async def _say(self, text: str) -> None:
        """Nobody listens between two recognitions."""
        with anyio.move_on_after(PATIENCE):
            while not self._ear.listening:
                await self._changed.wait(anyio.current_time() + PAUSE)
            self._ear.hear(Transcript(text, final=False))
            self._ear.hear(Transcript(text, final=True))

    async def _until_quiet(self, patience: float, pause: float) -> None:
        """The bot has answered, and has said nothing for so long; or does not answer."""
        give_up = anyio.current_time() + patience
        since = inf
        while True:
            now = anyio.current_time()
            if self._call.busy or not (self._turns > self._before or now >= give_up):
                since = inf
            else:
                since = min(since, now)
            if now >= since + pause:
                return
            await self._changed.wait(give_up if since == inf and now < give_up else since + pause)

    async def _until_speaking(self, seconds: float, patience: float) -> None:
        """The answer has been heard for so long; or to its end."""
        give_up = anyio.current_time() + patience
        while self._spoke is None and anyio.current_time() < give_up:
            await self._changed.wait(give_up)
        if self._spoke is not None:
            until = self._spoke + seconds
            while self._call.busy and anyio.current_time() < until:
                await self._changed.wait(until)

    # --- what happens

    @property
    def _turns(self) -> int:
        return len(self._call.record_writer.record.turns)

    def _look(self, line: str) -> None:
        self._events.append(line)
        if self._spoke is None and STARTED in line and self._turns > self._before:
            self._spoke = anyio.current_time()
        self._changed.set()

    def _keep(self, folder: Path) -> None:
        (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in self._events), "utf-8")
