"""What a scenario file may say. `docs/reference/scenarios.md` is its page."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from switchhook import Action, FilePath, Seconds, Table, check_name, did_you_mean

from .conditions import Condition
from .persona import AskedFor, Heard, Persona

WORD = 0.4  # seconds that a spoken word takes, about
ACTS = ("say", "keys", "silence", "hang_up")
ACTIONS = sorted(action.__name__ for action in get_args(Action))


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _interrupt(value: object) -> object:
    if isinstance(value, str) and (words := re.fullmatch(r"(\d{1,4}) words?", value)):
        return int(words[1]) * WORD
    if isinstance(value, str) and not re.fullmatch(r"\d+(\.\d+)?\s*(ms|s)", value):
        raise ValueError(f"expected so many words or seconds, such as '3 words' or '1.5s', got {value!r}")
    return value


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


def _action(name: str) -> str:
    if name not in ACTIONS:
        raise ValueError(f"there is no action {name!r}; {did_you_mean(name, ACTIONS)}")
    return name


def _spelt(value: object) -> object:
    """Flows hold strings only."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Texts = Annotated[list[Words], BeforeValidator(_several)]
HeardTexts = Annotated[list[Heard], BeforeValidator(_several)]
Patterns = Annotated[list[Annotated[Words, AfterValidator(_pattern)]], BeforeValidator(_several)]
Doings = Annotated[list[Annotated[str, AfterValidator(_action)]], BeforeValidator(_several)]
Names = Annotated[list[str], BeforeValidator(_several)]
Variables = dict[str, Annotated[str, BeforeValidator(_spelt)]]
Positive = Annotated[Seconds, Field(gt=0, le=600)]
Interrupt = Annotated[Seconds, BeforeValidator(_interrupt), Field(ge=0, le=600)]
Outcome = Literal["completed", "handed_over", "hung_up", "no_input", "lost", "failed", "max_call", "stopped"]


class Step(Table):
    """What the caller does, and what is expected of the answer. Without the first: of what was heard last."""

    say: Words | None = None
    keys: Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]+$")] | None = None
    silence: Literal[True] | None = None
    hang_up: Literal[True] | None = None
    interrupt: Interrupt | None = None
    hear: HeardTexts = Field(default_factory=list)
    hear_exactly: Heard | None = None
    hear_near: HeardTexts = Field(default_factory=list)
    hear_pattern: Patterns = Field(default_factory=list)
    hear_not: HeardTexts = Field(default_factory=list)
    does: Doings = Field(default_factory=list)
    sets: dict[str, Any] = Field(default_factory=dict)
    within: Positive | None = None

    @property
    def acts(self) -> bool:
        return any(getattr(self, name) for name in ACTS)

    @model_validator(mode="after")
    def _one_thing_at_a_time(self) -> Step:
        given = [name for name in ACTS if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"expected one of {', '.join(ACTS)} in a step, got {' and '.join(given)}")
        if self.interrupt is not None and not {"say", "keys", "hang_up"} & set(given):
            raise ValueError("interrupt: expected say, keys or hang_up in the same step")
        if not self.model_fields_set:
            raise ValueError("an empty step: say what the caller does, or what is heard")
        return self


class Common(Table):
    """What `[defaults]`, a fixture and a scenario may say alike; the more particular one wins."""

    language: str | None = None
    variables: Variables = Field(default_factory=dict)
    outcome: Outcome | None = None
    outputs: Variables = Field(default_factory=dict)
    outputs_not: Names = Field(default_factory=list)
    turns: int | None = Field(None, ge=1)
    turns_at_most: int | None = Field(None, ge=1)
    within: Positive | None = None
    hear_not: HeardTexts = Field(default_factory=list)


class Fixture(Common):
    steps: list[Step] = Field(default_factory=list)


class Scenario(Common):
    name: Words
    use: Names = Field(default_factory=list)
    cases: list[dict[str, Any]] = Field(default_factory=list)
    steps: list[Step] = Field(default_factory=list)
    caller: Persona | None = None
    judge: Texts = Field(default_factory=list)


class File(Table):
    config: FilePath | None = None
    connector: Annotated[str, AfterValidator(check_name)] | None = None
    defaults: Common = Field(default_factory=Common)
    fixtures: dict[str, Fixture] = Field(default_factory=dict)
    conditions: dict[Annotated[str, AfterValidator(check_name)], Condition] = Field(default_factory=dict)
    model: dict[str, Any] | None = None
    scenario: list[Scenario]


_PLACES: tuple[tuple[type[Table], tuple[str, ...]], ...] = (
    (Condition, ("conditions",)),
    (Common, ("defaults",)),
    (AskedFor, ("scenario", "*", "caller", "answers", "*")),
    (Persona, ("scenario", "*", "caller")),
    (Step, ("fixtures", "*", "steps", "*")),
    (Step, ("scenario", "*", "steps", "*")),
    (Fixture, ("fixtures",)),
    (Scenario, ("scenario",)),
)


def model_at(path: tuple[str | int, ...]) -> type[Table]:
    """The table that stands there."""
    for model, place in _PLACES:
        inside = zip(place, path, strict=False)
        if len(path) >= len(place) and all(part in ("*", key) for part, key in inside):
            return model
    return File
