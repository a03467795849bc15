"""What was said in a call, as the model is told it again with each turn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from switchhook_http import Confided

from .reading import CalledTool, Json


@dataclass
class Round:
    """Tools that the model called, what it said before, and what came of them, in order."""

    said: str
    calls: list[CalledTool]
    results: list[str]

    def messages(self) -> Iterator[Json]:
        functions = [{"name": each.name, "arguments": each.arguments} for each in self.calls]
        called = [
            {"id": each.id, "type": "function", "function": function}
            for each, function in zip(self.calls, functions, strict=True)
        ]
        yield {"role": "assistant", "content": self.said or None, "tool_calls": called}
        for each, result in zip(self.calls, self.results, strict=True):
            yield {"role": "tool", "tool_call_id": each.id, "content": result}


@dataclass(eq=False)
class Exchange:
    """A turn and what was answered to it."""

    user: str
    said: str = ""  # after the last round
    rounds: list[Round] = field(default_factory=list)

    def hear(self, heard: str) -> None:
        """The caller interrupted it, and has heard that of it."""
        for each in self.rounds:
            each.said = ""
        self.said = f"{heard} …" if heard else ""

    def messages(self, data: str = "") -> Iterator[Json]:
        yield {"role": "user", "content": f"{data}\n{self.user}" if data else self.user}
        for each in self.rounds:
            yield from each.messages()
        if self.said:
            yield {"role": "assistant", "content": self.said}


@dataclass
class History:
    """Of one call, and of all its models of this form, so that one goes on where another has failed.

    `spent`: tokens, as far as the services say them, else as they are estimated. `secrets`: what was given in
    confidence. `collecting`: the variable that is to hold the keys that come next.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    spent: int = 0
    collecting: str = ""
    secrets: Confided = field(default_factory=Confided)

    def messages(self, room: int, data: str) -> list[Json]:
        """Of the newest exchanges, as many as have room, and always of the last, with `data`. Two messages
        of the caller in a row are one: some models take turns strictly."""
        kept: list[list[Json]] = []
        for exchange in reversed(self.exchanges):
            told = list(exchange.messages(data if not kept else ""))
            room -= tokens(told)
            if room < 0 and kept:
                break
            kept.append(told)
        made: list[Json] = []
        for message in (each for told in reversed(kept) for each in told):
            if made and message["role"] == made[-1]["role"] == "user":
                made[-1] = {**message, "content": f"{made[-1]['content']}\n{message['content']}"}
            else:
                made.append(message)
        return made


def tokens(messages: Iterable[object]) -> int:
    """An estimate that is rather too high: models count in units of their own."""
    return sum(4 + len(json.dumps(each, ensure_ascii=False).encode()) // 3 for each in messages)
