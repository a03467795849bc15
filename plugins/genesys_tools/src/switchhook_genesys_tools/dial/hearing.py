"""What was heard of the caller: by a recogniser on this machine, and by the bot as its record says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anyio

from switchhook import (
    AudioFormat,
    SettingsError,
    Transcript,
    choose_recogniser,
    codec_for,
    language_for,
    load_recogniser,
)

from .turns import Utterance
from .voice import LINE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from switchhook import SpeechToText

    from .plan import CallResult, Plan, Target

FRAME = 0.2  # seconds in a piece, as in a call
BEHIND = 2.0  # seconds of silence behind an utterance, so that its last words come to an end
PATIENCE = 3.0  # seconds until the record of a call that has ended is written
HIDDEN = (
    'hidden in the record; to see it, say unmask = ["transcripts"] in [connectors.{}] and send serve a SIGHUP'
)


async def report(plan: Plan, result: CallResult, target: Target) -> AsyncIterator[str]:
    """Raises SettingsError, PluginError and SpeechError."""
    name = choose_recogniser()
    yield f"what {name} on this machine makes of what was sent (the bot has ears of its own)"
    engine, language = load_recogniser(name), plan.language or target.language or "en-US"
    for utterance in _said(plan, result):
        text = await recognised(engine, utterance.audio, language)
        yield f'  "{utterance.label}": {text or "nothing"}'
    if target.records is not None:
        yield "what the bot heard, by its record"
        if target.unmasked:
            for text in await _recorded(target.records, result.conversation_id):
                yield f"  {text}"
        else:
            yield f"  {HIDDEN.format(target.connector)}"


def _said(plan: Plan, result: CallResult) -> Iterator[Utterance]:
    """A call may end before all is said."""
    begun = sum(event.kind == "caller_started" for event in result.events)
    utterances = [step.turn for step in plan.steps if isinstance(step.turn, Utterance)]
    yield from utterances[:begun]


async def recognised(engine: SpeechToText, audio: bytes, language: str) -> str:
    """In real time, as an engine may not keep up with more."""
    line = LINE if LINE in engine.formats else LINE.linear
    samples = audio if line is LINE else codec_for(LINE).decode(audio)
    texts: list[str] = []
    async with (
        engine.open(line, language_for(engine, language), {}) as recognition,
        anyio.create_task_group() as group,
    ):

        async def read() -> None:
            finals = [said async for said in recognition if isinstance(said, Transcript) and said.final]
            texts.extend(said.text for said in finals if said.text)

        group.start_soon(read)
        for piece in _pieces(samples + line.silence(BEHIND), line):
            recognition.feed(piece)
            await anyio.sleep(FRAME)
        recognition.finish()
    return " / ".join(texts)


def _pieces(samples: bytes, line: AudioFormat) -> Iterator[bytes]:
    size = line.size(FRAME)
    return (samples[at : at + size] for at in range(0, len(samples), size))


async def _recorded(directory: Path, conversation_id: str) -> list[str]:
    with anyio.move_on_after(PATIENCE):
        while (record := _record(directory, conversation_id)) is None:  # noqa: ASYNC110  # a file tells nobody
            await anyio.sleep(FRAME)
        turns = [turn["text"] for turn in record["turns"] if turn["kind"] == "speech"]
        return [f'"{text}"' for text in turns] or ["nothing"]
    return [f"nothing is written in {directory}"]


def _record(directory: Path, conversation_id: str) -> dict[str, Any] | None:
    for file in sorted(directory.glob("calls-*.jsonl"), reverse=True):
        try:
            lines = file.read_text("utf-8").splitlines()
        except OSError as error:
            raise SettingsError(f"--hear: cannot read {file}: {error.strerror}") from None
        for line in reversed(lines):
            if conversation_id in line:
                record: dict[str, Any] = json.loads(line)
                return record
    return None
