"""When a recording would have interrupted a prompt, and under which policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import anyio

from ..call.dialogue.barge_in import BargeIn
from ..call.dialogue.caller_side import CallerSide, Heard
from ..call.dialogue.offers import Lists
from ..call.dialogue.utterance import Utterance
from ..call.dialogue.waiting import Waiting
from ..contract.audio import AudioFormat
from ..contract.speech import SpeechStarted, SpeechToText, Transcript

FRAME = 0.2  # seconds in one piece, as Genesys sends them
BEHIND = 2.0  # seconds of silence behind a recording, so that its last words come to an end
PENDING = 64


class Moment(NamedTuple):
    """What a recogniser said, `at` seconds after the recording began."""

    at: float
    said: SpeechStarted | Transcript


class Interruption(NamedTuple):
    """A prompt would have stopped `at` seconds after the recording began; `text` is what was known then.
    `kept`: whether it was believed at the end of the utterance."""

    at: float
    text: str
    kept: bool


async def listen(engine: SpeechToText, samples: bytes, line: AudioFormat, language: str) -> list[Moment]:
    """`samples` in linear form at the line's rate, given to the engine in real time. Raises SpeechError."""
    moments: list[Moment] = []
    began = anyio.current_time()
    async with engine.open(line.linear, language, {}) as recognition, anyio.create_task_group() as group:

        async def read() -> None:
            async for said in recognition:
                at = anyio.current_time() - began
                moments.append(Moment(at, said))

        group.start_soon(read)
        size = line.linear.size(FRAME)
        audio = samples + line.linear.silence(BEHIND)
        for number, at in enumerate(range(0, len(audio), size), 1):
            await anyio.sleep_until(began + number * FRAME)
            recognition.feed(audio[at : at + size])
        recognition.finish()
    return moments


def interruptions(moments: Iterable[Moment], policy: BargeIn) -> list[Interruption]:
    """The interruptions of a prompt that plays all the time; at most one in each utterance."""
    utterance = Utterance()
    caller, found = CallerSide(policy, utterance, Waiting(PENDING), Lists(0.0)), []
    open_ = False
    for at, said in moments:
        if isinstance(said, SpeechStarted):
            heard, text = caller.voice(said.at, protected=False), ""
        else:
            heard, text = caller.hear(said, at, protected=False, playing=True), said.text
        if heard is Heard.INTERRUPTION and not open_:
            found.append(Interruption(at, text, kept=True))
            open_ = True
        if heard is Heard.FALSE_ALARM and open_:
            found[-1] = found[-1]._replace(kept=False)
        open_ = open_ and utterance.speaking
    return found


def usual(policy: BargeIn | None = None) -> Sequence[tuple[str, BargeIn]]:
    """Policies that are worth a comparison, the given one first."""
    own = [("as configured", policy)] if policy else []
    return [
        *own,
        ("voice", BargeIn(voice=True)),
        ("1 word", BargeIn()),
        ("2 words", BargeIn(words=2)),
        ("0.5 s of words", BargeIn(seconds=0.5)),
    ]
