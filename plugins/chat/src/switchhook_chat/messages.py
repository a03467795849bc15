"""What a model is told, and what it answers, in no vendor's form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

from switchhook_http import HttpError

CALLS, ARGUMENTS = 20, 20_000  # of tools in one answer, and characters of all their arguments


@dataclass
class CalledTool:
    """`arguments`: as the model wrote them, which should be an object of JSON."""

    id: str = ""
    name: str = ""
    arguments: str = ""

    def mend(self) -> None:
        """So that it can be told the service again: some refuse what their own model has written."""
        self.id = self.id or f"call_{uuid4().hex[:12]}"
        try:
            self.arguments = self.arguments if isinstance(json.loads(self.arguments), dict) else "{}"
        except (ValueError, RecursionError):
            self.arguments = "{}"


@dataclass(frozen=True, slots=True)
class Words:
    role: Literal["user", "assistant"]
    text: str


@dataclass
class Round:
    """Tools that the model called, what it said before, and what came of them, in order."""

    said: str
    calls: list[CalledTool]
    results: list[str]


Message = Words | Round


@dataclass
class Answer:
    """What has come of one until now, beside its words. `end`: why it ended, empty as long as it goes on;
    "cut": in the midst, as it was too long. `done`: nothing more is to come, though the stream may not have
    ended yet."""

    end: Literal["", "whole", "cut", "filter", "refusal"] = ""
    done: bool = False
    calls: list[CalledTool] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)

    def called(self, at: int, piece: CalledTool) -> None:
        """A piece of the call that is number `at`, from 0; of a new one, where there is none of that number.
        Raises HttpError."""
        if not 0 <= at < len(self.calls):
            at = len(self.calls)
            self.calls.append(CalledTool())
        call = self.calls[at]
        call.id = call.id or piece.id[:100]
        call.name = call.name or piece.name[:64]
        call.arguments += piece.arguments
        if len(self.calls) > CALLS or sum(len(each.arguments) for each in self.calls) > ARGUMENTS:
            raise HttpError("garbage", f"more than {CALLS} calls of tools or {ARGUMENTS} characters in them")

    def cost(self, read: object = None, written: object = None) -> None:
        """Tokens, as the service says them; what is no number counts as not said."""
        told = {"prompt_tokens": read, "completion_tokens": written}
        self.usage |= {name: max(0, count) for name, count in told.items() if isinstance(count, int)}
