"""A recorded call as a scenario for `switchhook try`: what its caller did, and what the bot said then."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from ..call.dialogue.events import Queue
from ..call.record.masking import DIGIT
from ..call.record.replay import Replay
from ..contract.actions import Say
from .replay_caller import Move, moves

HIDDEN_WORDS = "# hidden in the recording: write what is said here"
HIDDEN_KEYS = "# hidden in the recording: write the keys in place of the zeros"


def scenario_of(recorded: Replay, name: str) -> str:
    """TOML. What the recording hides is hidden in it, too."""
    made = list(moves(recorded, shown=str))
    said: list[list[str]] = [[] for _ in range(len(made) + 1)]
    for number, step in enumerate(recorded.steps):
        texts = (each.content for each in step.effects if isinstance(each, Queue))
        heard = [text.text for text in texts if isinstance(text, Say)]
        said[sum(move.step < number for move in made)] += heard
    lines = ["[[scenario]]", f"name = {_text(name)}", "steps = ["]
    lines += [f"    {line}" for line in _steps(made, said)]
    lines.append("]")
    if recorded.outcome:
        lines.append(f"outcome = {_text(recorded.outcome)}")
    return "\n".join(lines) + "\n"


def _steps(made: Sequence[Move], said: Sequence[Sequence[str]]) -> Iterator[str]:
    if hear := _hear(said[0]):
        yield f"{{ {hear} }},"
    number = 0
    while number < len(made):
        first, keys = made[number], [made[number].text]
        while _goes_on(made, said, number):
            number += 1
            keys.append(made[number].text)
        number += 1
        parts = [_done(first, keys)]
        if first.interrupting:
            parts.append(f'interrupt = "{first.after:.1f}s"')
        if hear := _hear(said[number]):
            parts.append(hear)
        yield f"{{ {', '.join(parts)} }},{_comment(first, keys)}"


def _goes_on(made: Sequence[Move], said: Sequence[Sequence[str]], number: int) -> bool:
    """Is the next one a further key of the same number?"""
    if number + 1 == len(made) or said[number + 1]:
        return False
    return made[number].kind == made[number + 1].kind == "key"


def _done(move: Move, keys: Sequence[str]) -> str:
    match move.kind:
        case "speech":
            return f"say = {_text(move.text)}"
        case "key":
            return f"keys = {_text(''.join('0' if DIGIT in key else key for key in keys))}"
        case "silence":
            return "silence = true"
        case "hang_up":
            return "hang_up = true"


def _comment(move: Move, texts: Sequence[str]) -> str:
    if not any(DIGIT in text for text in texts):
        return ""
    return f"  {HIDDEN_KEYS if move.kind == 'key' else HIDDEN_WORDS}"


def _hear(said: Sequence[str]) -> str:
    """In pieces, where something between them is hidden."""
    pieces = [piece.strip() for text in said for piece in re.split(f"[{DIGIT}]+", text)]
    spoken = [piece for piece in pieces if re.search(r"\w", piece)]
    return f"hear = [{', '.join(map(_text, spoken))}]" if spoken else ""


def _text(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON but for what lies above them."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
