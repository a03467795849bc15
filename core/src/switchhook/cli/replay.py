"""Run a recorded call's events through the dialogue again, and show who spoke when.

A connector with `events = true` records them beside the call records. What its `unmask` does not name is
hidden in them, and the dialogue goes the same way all the same. Exit status: 0 when it does, 1 when not.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..replay import Replay, Step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", type=Path, metavar="FILE", help="events-….jsonl")


def run(arguments: argparse.Namespace) -> int:
    from ..replay import replay

    again = replay(arguments.file)
    for line in timeline(again):
        print(line)
    return 1 if again.differences else 0


def timeline(again: Replay) -> Iterator[str]:
    for step in again.steps:
        for who, what in (*_caller(step), *_bot(step)):
            yield f"{step.at:9.2f}  {who:9} {what}"
        if step.differs:
            now = ", ".join(type(each).__name__ for each in step.effects) or "nothing"
            then = ", ".join(step.recorded or ()) or "nothing"
            yield f"{step.at:9.2f}  DIFFERS   after {type(step.event).__name__}: {now}; then it was {then}"
    turns, differences = len(again.turns), len(again.differences)
    yield f"{turns} turns, {again.outcome or 'no end'}; " + (
        f"{differences} differences" if differences else "the same effects as recorded"
    )


def _caller(step: Step) -> Iterator[tuple[str, str]]:
    from ..call.events import NotPerformed, Stopping
    from ..leg import Closed, Digit
    from ..speech import Transcript

    match step.event:
        case Transcript(text=text, final=True) if text:
            yield "caller", text
        case Digit(key=key):
            yield "caller", f"presses {key}"
        case NotPerformed(response_type=kind, problem=problem):
            yield "bot", f"{kind} not performed: {problem}"
        case Stopping():
            yield "server", "stops"
        case Closed(reason=reason):
            yield "line", reason


def _bot(step: Step) -> Iterator[tuple[str, str]]:
    from ..actions import Say
    from ..call.events import End, Flush, Queue, SendTurn

    for effect in step.effects:
        match effect:
            case SendTurn(turn=turn):
                yield "turn", f"{turn.number} {turn.kind}" + (f": {turn.text}" if turn.text else "")
            case Queue(content=Say(text=text)):
                yield "bot", text
            case Queue():
                yield "bot", "plays a file"
            case Flush():
                yield "bot", "is interrupted"
            case End(outcome=outcome, reason=reason):
                yield "end", f"{outcome}: {reason}" if reason else outcome
