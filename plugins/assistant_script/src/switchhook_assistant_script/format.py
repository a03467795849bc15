"""The models of a script's tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, model_validator

from switchhook import Response, Seconds, Table, UnknownResponse, did_you_mean, nearest, parse_response

from .matching import normal
from .variables import Assignment, check_references, parse_assignment

LONGEST = 100  # digits, as in a dtmf response
TYPES = [
    name for model in get_args(Response) for name in get_args(model.model_fields["response_type"].annotation)
]


def _item(value: object) -> object:
    return {"response_type": "text", "text": value} if isinstance(value, str) else value


def _fits(item: dict[str, Any]) -> dict[str, Any]:
    """Types beside the twelve may have a plugin; one that is nearly one of the twelve is taken for
    misspelt."""
    if not isinstance(item.get("response_type"), str):
        raise ValueError('expected a response_type, such as "text"')  # noqa: TRY004  # pydantic reports ValueErrors
    parsed = parse_response(item)
    if isinstance(parsed, UnknownResponse):
        near = nearest(parsed.response_type, TYPES)
        if near == parsed.response_type:
            raise ValueError(parsed.problem.replace("Input should be", "expected"))
        if near:
            raise ValueError(f"unknown response_type {parsed.response_type!r}; did you mean {near!r}?")
    for misfit in parsed.misfits:
        raise ValueError(misfit.removesuffix(", left out").replace("Input should be", "expected"))
    check_references(item)
    return item


Item = Annotated[dict[str, Any], BeforeValidator(_item), AfterValidator(_fits)]
"""One response, as the JSON of `output.generic[]`; a string is a text."""


def _document(value: object) -> object:
    """JSON as the message API or a JSON editor has it: `generic`, perhaps in `output`, or the bare list."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError as error:
        raise ValueError(f"not valid JSON: {error}") from None
    for key in ("output", "generic"):
        found = found.get(key, found) if isinstance(found, dict) else found
    return [found] if isinstance(found, dict) else found


def _lines(value: object) -> object:
    return [line for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


def _expression(value: object) -> object:
    return parse_assignment(value) if isinstance(value, str) else value


Expressions = Annotated[
    list[Annotated[InstanceOf[Assignment], BeforeValidator(_expression)]], BeforeValidator(_lines)
]
"""A list of expressions, or a text with one on each line."""


class ScriptedAnswer(Table):
    """What is said and done in one turn."""

    responses: list[Item] = Field(default_factory=list)
    document: Annotated[list[Item], BeforeValidator(_document)] = Field(default_factory=list, alias="json")
    assignments: Expressions = Field(default_factory=list, alias="set")
    delay: Seconds = Field(0, ge=0, le=60)
    post_response_timeout: Seconds | None = Field(None, gt=0, le=600)

    @property
    def items(self) -> list[dict[str, Any]]:
        return [*self.responses, *self.document]


def _words(phrase: str) -> str:
    if not normal(phrase):
        raise ValueError(f"expected words, got {phrase!r}")
    return normal(phrase)


class Digits(Table):
    """A number to be said or keyed: of one length, or of `min` to `max` digits."""

    length: int | None = Field(None, ge=1, le=LONGEST)
    min: int = Field(1, ge=1, le=LONGEST)
    max: int = Field(LONGEST, ge=1, le=LONGEST)
    variable: str | None = Field(None, pattern=r"^[^\s{}]+$")

    @model_validator(mode="after")
    def _one_length_or_a_range(self) -> Self:
        if bool(self.length) == bool({"min", "max"} & self.model_fields_set):
            raise ValueError("expected either length, or min and max")
        if self.shortest > self.longest:
            raise ValueError(f"expected min to be at most max, got {self.shortest} and {self.longest}")
        return self

    @property
    def shortest(self) -> int:
        return self.length or self.min

    @property
    def longest(self) -> int:
        return self.length or self.max


class ScriptStep(ScriptedAnswer):
    """What leads to the step, what it answers, and where it may lead."""

    phrases: list[Annotated[str, AfterValidator(_words)]] = Field(default_factory=list)
    digits: Digits | None = None
    next: list[str] | None = None
    fallback: ScriptedAnswer | None = None
    no_input: ScriptedAnswer | None = None


class Script(Table):
    threshold: float = Field(70, ge=0, le=100)
    fallback: ScriptedAnswer = ScriptedAnswer()
    no_input: ScriptedAnswer = ScriptedAnswer()
    steps: dict[str, ScriptStep] = Field(min_length=1)

    def candidates(self, step: ScriptStep) -> list[str]:
        """The steps that the next turn may lead to: those of `next`, or all that have phrases."""
        if step.next is not None:
            return step.next
        return [name for name, each in self.steps.items() if each.phrases]

    def inconsistencies(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The place and the sentence of each fault that shows only across tables."""
        first, *others = self.steps
        reached = {name for step in self.steps.values() for name in self.candidates(step)}
        for name, step in self.steps.items():
            for index, other in enumerate(step.next or ()):
                if problem := self._misled(other):
                    yield ("steps", name, "next", index), problem
        for name in others:
            if name not in reached:
                yield ("steps", name), f"nothing leads here; {self._way_to(name, first)}"

    def _way_to(self, name: str, first: str) -> str:
        step = self.steps[name]
        if step.phrases or step.digits:
            return f"name it in the next of step {first!r} or another"
        return "give it phrases or digits"

    def _misled(self, name: str) -> str:
        if name not in self.steps:
            return f"no step {name!r}; {did_you_mean(name, self.steps, 'steps')}"
        step = self.steps[name]
        return "" if step.phrases or step.digits else f"step {name!r} has neither phrases nor digits"
