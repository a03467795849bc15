"""A caller with a goal, who goes by rules: no model is asked."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from switchhook import CallerAct, Table

from .matching import has, words

TRIES = 3  # times that the same is said or keyed to a bot that does not see it
INTERRUPTED = (0.8, 2.0)  # seconds of an answer, after which a caller who interrupts has heard enough


def _worded(text: str) -> str:
    if not words(text):
        raise ValueError(
            f"expected words, got {text!r:.60}: signs never count, so they are heard in any answer"
        )
    return text


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Heard = Annotated[Words, AfterValidator(_worded)]
Keys = Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]+$")]
Chance = Annotated[float, Field(ge=0, le=1)]


class AskedFor(Table):
    """What the caller does when he hears these words."""

    hears: Heard
    say: Words | None = None
    keys: Keys | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> AskedFor:
        if bool(self.say) == bool(self.keys):
            raise ValueError("expected say or keys")
        return self

    @property
    def act(self) -> CallerAct:
        return CallerAct(say=self.say or "", keys=self.keys or "")


class Persona(Table):
    """`goal` is said at the start, and again to a bot that asks for something else. `until`: words that tell
    the caller that he has it. `persona`: who he is, for a model that plays him; empty: rules do. The others
    are how likely it is, from 0 to 1, that before he does something he mishears and says `again`, is silent
    until asked, or that he interrupts the answer to say the same again. `at_first`: another goal, which he
    says first."""

    goal: Words
    until: Heard
    answers: list[AskedFor] = Field(default_factory=list)
    persona: str = ""
    mishears: Chance = 0
    again: Words = "sorry, could you say that again"
    slow: Chance = 0
    interrupts: Chance = 0
    at_first: Words | None = None


class Ruled:
    """A CallerMind."""

    def __init__(self, persona: Persona, random: Random) -> None:
        self._persona, self._random = persona, random
        self._goals = (
            [persona.at_first, *[persona.goal] * TRIES] if persona.at_first else [persona.goal] * TRIES
        )
        self._left = [TRIES] * len(persona.answers)

    async def next(self, heard: str, /) -> Sequence[CallerAct]:
        who = self._persona
        if has(who.until, heard):
            return ()
        # chance is taken alike whatever comes of it: one habit less leaves the others where they were
        mishears, slow, interrupts = (self._random.random() for _ in range(3))
        after = self._random.uniform(*INTERRUPTED)
        if mishears < who.mishears:
            return (CallerAct(say=who.again),)
        act = self._act(heard)
        if act is None:
            return ()
        acts = [CallerAct(silence=True)] if slow < who.slow else []
        acts.append(act)
        if interrupts < who.interrupts and act.say:
            acts.append(CallerAct(say=act.say, interrupt=after))
        return acts

    def _act(self, heard: str) -> CallerAct | None:
        for number, each in enumerate(self._persona.answers):
            if self._left[number] and has(each.hears, heard):
                self._left[number] -= 1
                return each.act
        return CallerAct(say=self._goals.pop(0)) if self._goals else None
