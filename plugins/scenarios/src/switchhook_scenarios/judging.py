"""What came of a call, beside what was expected of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from switchhook import CallerAct, CallerPlan, PlacedCall, TurnRecord

from . import matching
from .form import ACTS, Step
from .reading import Case

SAME_TIME = 0.005  # seconds: a record rounds
TWO_CLOCKS = 0.25  # where server and caller do not begin to count at the same time
WRONG = ("failed", "lost", "stopped", "error", "refused", "unauthorized", "timeout", "interrupted")
"""How a call must not end, unless that is expected."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that the bot did after one thing that the caller did; the first is the greeting."""

    said: str = ""
    understood: str = ""  # what the bot took the caller to say or key
    does: tuple[str, ...] | None = None  # None: nobody knows
    latency: float | None = None
    variables: Mapping[str, Any] | None = None
    noticed: bool = False  # something has come of it, whatever it was


class Miss(NamedTuple):
    """Something that is not as expected. `answer` is where in the talk; None: of the whole call."""

    key: str
    expected: str
    got: str
    line: int
    answer: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    case: Case
    placed: PlacedCall
    answers: Sequence[Answer]
    misses: Sequence[Miss]
    run: int = 1
    condition: str = ""
    notes: Sequence[str] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.misses


def plan_of(case: Case) -> CallerPlan:
    acts = (
        CallerAct(step.say or "", step.keys or "", bool(step.silence), bool(step.hang_up), step.interrupt)
        for step in case.steps
        if step.acts
    )
    expected = case.expected
    return CallerPlan(tuple(acts), dict(expected.variables), expected.language or "")


def done(step: Step | CallerAct) -> str:
    """What the caller does in it, in words."""
    said = f'says "{step.say}"' if step.say else f"presses {step.keys}" if step.keys else ""
    said = said or ("is silent" if step.silence else "hangs up")
    return said if step.interrupt is None else f"{said}, interrupting after {step.interrupt:g} s"


def judged(case: Case, placed: PlacedCall, run: int = 1, condition: str = "") -> Verdict:
    answers = answers_of(placed)
    misses = [*_steps(case, placed, answers), *_call(case, placed, answers)]
    return Verdict(case, placed, answers, misses, run, condition)


def answers_of(placed: PlacedCall) -> list[Answer]:
    count = len(placed.began) + 1
    turns: list[list[TurnRecord]] = [[] for _ in range(count)]
    apart = TWO_CLOCKS if placed.latencies else SAME_TIME
    for turn in placed.record.turns if placed.record else ():
        turns[bisect_right(placed.began, turn.at + apart)].append(turn)
    said: list[list[str]] = [[text for turn in each for text in turn.said] for each in turns]
    for at, text in () if placed.record else placed.said:
        said[bisect_right(placed.began, at)].append(text)
    return [
        Answer(
            " ".join(said[number]),
            " ".join(turn.text for turn in turns[number] if turn.kind in ("speech", "digits")),
            _actions(turns[number]) if placed.record else None,
            _latency(placed, number, turns[number]),
            placed.variables[number] if number < len(placed.variables) else None,
            bool(turns[number] or said[number]),
        )
        for number in range(count)
    ]


def _actions(turns: Sequence[TurnRecord]) -> tuple[str, ...]:
    return tuple(str(each["action"]) for turn in turns for each in turn.actions)


def _latency(placed: PlacedCall, number: int, turns: Sequence[TurnRecord]) -> float | None:
    """As the caller measures it, else as the record has it."""
    if placed.latencies:
        return placed.latencies[number] if number < len(placed.latencies) else None
    for turn in turns:
        if "total" in turn.latency:
            return turn.latency["total"]
        if turn.said:
            return turn.latency.get("assistant", 0.0) + turn.latency.get("synthesis", 0.0)
    return None


# --- steps


def _steps(case: Case, placed: PlacedCall, answers: Sequence[Answer]) -> Iterator[Miss]:
    for step, line, number in zip(case.steps, case.lines, case.acts, strict=True):
        if number >= len(answers):
            key = next(name for name in ACTS if getattr(step, name))
            ended = f"it ended: {placed.ending or 'nobody knows how'}"
            yield Miss(key, f"that the caller still {done(step)}", ended, line, len(answers) - 1)
            return
        by_bot = number == len(answers) - 1 and placed.ending not in ("hung_up", *WRONG)
        if step.silence and not (answers[number].noticed or by_bot):
            yield Miss("silence", "that the bot notices a silent caller", "nothing", line, number)
        for key, expected, got in _misses(step, answers[number]):
            yield Miss(key, expected, got, line, number)
        within = step.within or (case.expected.within if answers[number].said and _asks(step) else None)
        if within is not None:
            for expected, got in _slow(within, answers[number].latency):
                yield Miss("within", expected, got, line, number)


def _asks(step: Step) -> bool:
    """What a bot answers at once; how long it bears silence is its own affair."""
    return bool(step.say or step.keys)


def _misses(step: Step, answer: Answer) -> Iterator[tuple[str, str, str]]:
    heard = f'"{answer.said}"' if answer.said else "nothing"
    tests: dict[str, tuple[Sequence[str], Callable[[str, str], bool]]] = {
        "hear": (step.hear, matching.has),
        "hear_exactly": ([step.hear_exactly] if step.hear_exactly else [], matching.same),
        "hear_near": (step.hear_near, matching.near),
        "hear_pattern": (step.hear_pattern, matching.fits),
        "hear_not": (step.hear_not, lambda text, said: not matching.has(text, said)),
    }
    for key, (texts, holds) in tests.items():
        for text in texts:
            if not holds(text, answer.said):
                yield key, f'"{text}"', heard
    if answer.does is not None:
        for action in step.does:
            if action not in answer.does:
                yield "does", action, ", ".join(answer.does) or "nothing"
    if answer.variables is not None:
        for name, value in step.sets.items():
            if answer.variables.get(name) != value:
                got = f"{answer.variables[name]!r}" if name in answer.variables else "not set"
                yield f"sets {name}", f"{value!r}", got


def _slow(within: float, latency: float | None) -> Iterator[tuple[str, str]]:
    if latency is None:
        yield f"an answer within {within:g} s", "none"
    elif latency > within:
        yield f"an answer within {within:g} s", f"after {latency:.2f} s"


# --- the whole call


def _call(case: Case, placed: PlacedCall, answers: Sequence[Answer]) -> Iterator[Miss]:
    expected = case.expected
    for key, wanted, got in (*_end(case, placed), *_outputs(case, placed), *_turns(case, placed)):
        yield Miss(key, wanted, got, case.line)
    until = case.caller.until if case.caller is not None else ""
    if until and not any(matching.has(until, answer.said) for answer in answers):
        yield Miss("caller", f'that he hears "{until}"', "he does not", case.line)
    for text in expected.hear_not:
        for number, answer in enumerate(answers):
            if matching.has(text, answer.said):
                yield Miss("hear_not", f'"{text}"', f'"{answer.said}"', case.line, number)


def _end(case: Case, placed: PlacedCall) -> Iterator[tuple[str, str, str]]:
    got = f"{placed.ending}: {placed.detail}" if placed.detail else placed.ending
    wanted = case.expected.outcome
    if wanted is not None and placed.ending != wanted:
        yield "outcome", wanted, got
    if wanted is None and placed.ending in WRONG:
        yield "outcome", "an end that somebody wanted", got


def _outputs(case: Case, placed: PlacedCall) -> Iterator[tuple[str, str, str]]:
    for name, value in case.expected.outputs.items():
        if placed.outputs.get(name) != value:
            got = f"{placed.outputs[name]!r}" if name in placed.outputs else "not given back"
            yield f"outputs {name}", f"{value!r}", got
    for name in case.expected.outputs_not:
        if name in placed.outputs:
            yield "outputs_not", f"no {name}", "given back"


def _turns(case: Case, placed: PlacedCall) -> Iterator[tuple[str, str, str]]:
    if placed.record is None:
        return
    turns, expected = len(placed.record.turns), case.expected
    if expected.turns is not None and turns != expected.turns:
        yield "turns", str(expected.turns), str(turns)
    if expected.turns_at_most is not None and turns > expected.turns_at_most:
        yield "turns_at_most", str(expected.turns_at_most), str(turns)
