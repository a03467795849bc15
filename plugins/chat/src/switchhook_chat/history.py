"""What was said in a call, as the model is told it again with each turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from switchhook_http import Confided

from .messages import Message, Round, Words

OVERHEAD = 12  # tokens that a message costs beside its text


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

    def messages(self, data: str = "") -> Iterator[Message]:
        yield Words("user", f"{data}\n{self.user}" if data else self.user)
        yield from self.rounds
        if self.said:
            yield Words("assistant", self.said)


@dataclass
class History:
    """Of one call, and of all its models of one plugin, so that one goes on where another has failed.

    `spent`: tokens, as far as the services say them, else as they are estimated. `secrets`: what was given in
    confidence. `collecting`: the variable that is to hold the keys that come next.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    spent: int = 0
    collecting: str = ""
    secrets: Confided = field(default_factory=Confided)

    def messages(self, room: int, data: str) -> list[Message]:
        """Of the newest exchanges, as many as have room, and always of the last, with `data`. Two messages
        of the caller in a row are one: some models take turns strictly."""
        kept: list[list[Message]] = []
        for exchange in reversed(self.exchanges):
            told = list(exchange.messages(data if not kept else ""))
            room -= tokens(told)
            if room < 0 and kept:
                break
            kept.append(told)
        made: list[Message] = []
        for message in (each for told in reversed(kept) for each in told):
            before = made[-1] if made else None
            if _of_caller(message) and _of_caller(before):
                made[-1] = Words("user", f"{before.text}\n{message.text}")
            else:
                made.append(message)
        return made


def _of_caller(message: Message | None) -> TypeGuard[Words]:
    return isinstance(message, Words) and message.role == "user"


def tokens(messages: Iterable[Message | str]) -> int:
    """An estimate that is rather too high: models count in units of their own."""
    return sum(
        OVERHEAD + len(text.encode("utf-8", "replace")) // 3 for each in messages for text in _texts(each)
    )


def _texts(message: Message | str) -> Iterator[str]:
    if isinstance(message, Round):
        yield message.said
        yield from (f"{each.id} {each.name} {each.arguments}" for each in message.calls)
        yield from message.results
    else:
        yield message if isinstance(message, str) else message.text
