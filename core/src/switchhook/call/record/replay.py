"""Runs a recorded call's events through the dialogue again, in virtual time; no engine and no handler is
asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...contract.assistant import Turn
from ...contract.errors import SettingsError
from ..dialogue.dialogue import Dialogue
from ..dialogue.events import Effect, Event, SendTurn, Time
from ..dialogue.limits import Limits
from .events_file import CALL, EFFECTS, SCHEMA, read

ROUNDED = 0.01  # seconds that a deadline may be after its recorded time


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """One event, the effects that it has now, and the names of those that it had then; `recorded` is None
    where the file does not say."""

    at: float
    event: Event
    effects: list[Effect]
    recorded: list[str] | None

    @property
    def differs(self) -> bool:
        return self.recorded is not None and self.recorded != [type(each).__name__ for each in self.effects]


@dataclass(slots=True)
class Replay:
    connector: str = ""
    steps: list[RecordedStep] = field(default_factory=list)
    outcome: str = ""  # as the call record has it; empty if the recording ends before the call

    @property
    def turns(self) -> list[Turn]:
        effects = (effect for step in self.steps for effect in step.effects)
        return [effect.turn for effect in effects if isinstance(effect, SendTurn)]

    @property
    def differences(self) -> list[RecordedStep]:
        return [step for step in self.steps if step.differs]


def replay(file: Path | str) -> Replay:
    """Raises SettingsError for a file that holds no recorded call."""
    try:
        return replay_lines(Path(file).read_text("utf-8").splitlines())
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"cannot read {file}: {error}") from None


def replay_lines(lines: Iterable[str]) -> Replay:
    """Raises SettingsError."""
    given = [line for line in lines if line.strip()]
    try:
        head = json.loads(given[0]) if given else {}
        if not isinstance(head, dict) or head.get("type") != CALL:
            raise SettingsError('expected the events of a call, from its first line {"type": "Call", …}')
        if head.get("schema") != SCHEMA:
            raise SettingsError(
                f"expected schema {SCHEMA}, got {head.get('schema')!r}; it is of another version"
            )
        return _run(head, given[1:])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise SettingsError(f"not the events of a call: {error}") from None


def _run(head: dict[str, Any], lines: list[str]) -> Replay:
    limits = TypeAdapter(Limits).validate_python(head["limits"])
    texts = head["failure_text"], head["closing_text"], head.get("waiting_text", ""), head.get("language", "")
    dialogue = Dialogue(limits, *texts)
    made, kept = Replay(str(head["connector"])), None
    for line in reversed(lines):  # effects stand behind their event
        if f'"type":"{EFFECTS}"' in line:
            kept = json.loads(line)["names"]
            continue
        [(at, event)] = read([line])
        made.steps.append(RecordedStep(at, event, [], kept or []))
        kept = None
    made.steps = [_again(dialogue, step) for step in reversed(made.steps)]
    made.outcome = dialogue.outcome.outcome if dialogue.outcome else ""
    return made


def _again(dialogue: Dialogue, step: RecordedStep) -> RecordedStep:
    at, due = step.at, dialogue.deadline
    if isinstance(step.event, Time) and at < due < at + ROUNDED:
        at = due
    return RecordedStep(step.at, step.event, dialogue.handle(step.event, at), step.recorded)
