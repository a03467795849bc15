"""The caller of a recorded call talks to the bot as it is today: assistant and handlers are asked, speech
engines are not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from difflib import ndiff
from typing import Literal, NamedTuple

import anyio

from ..call.call import Call
from ..call.dialogue.events import Flush, PromptFinished, PromptStarted, Queue, SendTurn
from ..call.record.masking import DIGIT, Mask
from ..call.record.replay import RecordedStep, Replay, replay_lines
from ..contract.actions import Say
from ..contract.audio import AudioFormat
from ..contract.errors import SettingsError
from ..contract.leg import Closed, Digit, LegInfo, Paused, Resumed
from ..contract.speech import Parameters, SpeechStarted, Transcript
from ..serving.generations.app import App
from ..virtual.engines import MemorySpeechToText
from ..virtual.leg import MemoryLeg

RATE = 14.0  # characters a second: about as people speak
PATIENCE = 60.0  # seconds for the bot to come to the caller's next turn
CHUNK = 0.2  # seconds
TICK = 0.05


class Move(NamedTuple):
    """Something that the caller did, `after` so many seconds of the bot's silence, or of the prompt that he
    interrupted. A silence lasts until the bot has had a turn for it. `step` of the recording is when it was
    done."""

    kind: Literal["speech", "key", "silence", "hang_up"]
    text: str
    after: float
    interrupting: bool
    step: int = 0


def _shown(text: str) -> str:
    if DIGIT in text:
        cure = 'say unmask = ["transcripts", "digits"] for calls that are to be run again'
        raise SettingsError(f"what the caller said is hidden in this recording; {cure}")
    return text


def moves(recorded: Replay, shown: Callable[[str], str] = _shown) -> Iterator[Move]:
    """What the caller did. `shown` gives what was said or keyed; by default it raises SettingsError if that
    is hidden in the recording."""
    since, playing = 0.0, False
    held: float | None = None  # since when the caller could not be heard, so that he was not silent
    began: float | None = None  # seconds of a prompt, when an utterance began that interrupted it
    for number, step in enumerate(recorded.steps):
        at = step.at if held is None else held
        flushed = any(isinstance(effect, Flush) for effect in step.effects)
        match step.event:
            case Paused():
                held = at
            case Resumed():
                since, held = (since if playing else step.at), None
            case PromptStarted():
                since, playing = (since if playing else at), True
            case PromptFinished():
                since, playing = at, False
            case Transcript(final=True, text=text) if text:
                after = max(0.0, at - since) if began is None else began
                yield Move("speech", shown(text), after, playing or began is not None, number)
                began = None
            case Digit() | Closed():
                yield from (
                    move._replace(text=shown(move.text), step=number)
                    for move in _by_hand(step.event, max(0.0, at - since), playing, recorded.outcome)
                )
        if _for_silence(step):
            yield Move("silence", "", 0.0, interrupting=False, step=number)
        if flushed:
            interim = isinstance(step.event, SpeechStarted) or not getattr(step.event, "final", True)
            began = max(0.0, at - since) if interim else None
            since, playing = at, False


def _for_silence(step: RecordedStep) -> bool:
    """Was the bot given a turn for it?"""
    turns = (effect.turn for effect in step.effects if isinstance(effect, SendTurn))
    return any(turn.kind in ("no_input", "no_final") for turn in turns)


def _by_hand(event: Digit | Closed, after: float, playing: bool, outcome: str) -> Iterator[Move]:
    if isinstance(event, Digit):
        yield Move("key", event.key, after, playing)
    elif outcome == "hung_up":  # else the bot had ended the call
        yield Move("hang_up", "", after, playing)


def conversation(recorded: Replay) -> list[str]:
    """A line for each turn and each thing said, without times."""
    lines = []
    for step in recorded.steps:
        for effect in step.effects:
            if isinstance(effect, SendTurn):
                lines.append(f"turn  {effect.turn.kind}: {effect.turn.text}".rstrip(": "))
            elif isinstance(effect, Queue):
                said = effect.content.text if isinstance(effect.content, Say) else "plays a file"
                lines.append(f"bot   {said}")
    return [*lines, f"end   {recorded.outcome or 'none'}"]


def difference(recorded: Replay, now: Replay) -> list[str]:
    """Both conversations, with - what was and + what is; empty if they are the same."""
    then, today = conversation(recorded), conversation(now)
    return [] if then == today else [line for line in ndiff(then, today) if not line.startswith("?")]


class Silence:
    """A voice that says nothing, for as long as it would take."""

    formats = (AudioFormat("PCMU", 8000),)
    ssml = False
    max_bytes = 100_000

    @asynccontextmanager
    async def synthesize(
        self, text: str, audio: AudioFormat, _language: str, _parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(max(1, round(len(text) / RATE / CHUNK))):
                yield audio.silence(CHUNK)

        async with aclosing(chunks()) as made:  # type: ignore[type-var]  # an async generator
            yield made


async def replay_caller(app: App, connector: str, recorded: Replay, variables: Mapping[str, str]) -> Replay:
    """Raises SettingsError."""
    ear, leg = MemorySpeechToText(), MemoryLeg(LegInfo("replayed", connector, variables=variables))
    shown = Mask(["transcripts", "variables", "digits"])
    bot = app.rehearse(connector, ear, Silence(), shown)
    events: list[str] = []
    todo = list(moves(recorded))
    async with app.lifespans(), anyio.create_task_group() as group:
        call = Call(leg, bot, events.append)
        ended = anyio.Event()

        async def run() -> None:
            await call.run()
            ended.set()

        group.start_soon(leg.run)
        group.start_soon(run)
        while not ear.opened:  # noqa: ASYNC110  # the engine of the testing kit tells nobody
            await anyio.sleep(TICK)
        for move in todo:
            if not await _is_its_turn(move, call, ended):
                break
            await _act(move, leg, ear)
            if move.kind == "hang_up":
                break  # nobody waited for what was recognised after it
        with anyio.move_on_after(PATIENCE / 2):
            await ended.wait()
        leg.close("hung_up")
        await ended.wait()
        group.cancel_scope.cancel()
    return replay_lines(events)


async def _is_its_turn(move: Move, call: Call, ended: anyio.Event) -> bool:
    """Waits for it; False when the call has ended, or it does not come."""
    silences = _silences(call)
    with anyio.move_on_after(PATIENCE):
        while not ended.is_set():
            if move.kind == "silence":
                if _silences(call) > silences:
                    return True
            elif call.busy == move.interrupting:
                await anyio.sleep(move.after)
                return not ended.is_set()
            await anyio.sleep(TICK)
    return False


def _silences(call: Call) -> int:
    return sum(turn.kind in ("no_input", "no_final") for turn in call.record_writer.record.turns)


async def _act(move: Move, leg: MemoryLeg, ear: MemorySpeechToText) -> None:
    if move.kind == "key":
        leg.press(move.text)
    elif move.kind == "speech":
        ear.hear(Transcript(move.text, final=False))
        ear.hear(Transcript(move.text, final=True))
    elif move.kind == "hang_up":
        leg.close("hung_up")
    await anyio.sleep(0.01)
