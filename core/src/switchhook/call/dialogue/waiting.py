"""What the caller has said and keyed, until it becomes a turn. No clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .flight import Input

LONGEST = 2000  # characters of one turn that is made of several utterances


@dataclass(slots=True)
class Waiting:
    """At most `most` inputs, in order. `merges`: what is said next may be added to an input for a while;
    `growing`: that is so for the newest; `overdue`: its time is over, but the caller is still speaking."""

    most: int
    merges: bool = False
    growing: bool = False
    overdue: bool = False
    queue: deque[Input] = field(default_factory=deque)

    @property
    def spoken(self) -> bool:
        """Whether something that was said is among them."""
        return any(each.kind == "speech" for each in self.queue)

    def put(self, said: Input, *, first: bool = False) -> None:
        if first:
            self.queue.appendleft(said)
        elif len(self.queue) < self.most:
            self.queue.append(said)
            self.close()

    def say(self, said: Input) -> None:
        """A final. If the newest input may grow, it is added to that."""
        last = self.queue[-1] if self.growing else None
        if last is not None and len(last.text) + len(said.text) < LONGEST:
            known = [each.confidence for each in (last, said) if each.confidence is not None]
            text = f"{last.text} {said.text}"
            sure = min(known, default=None)
            hidden = last.sensitive or said.sensitive
            both = replace(last, text=text, at=said.at, confidence=sure, raw=said.raw, sensitive=hidden)
            self.queue[-1] = both
            self.overdue = False
        elif len(self.queue) < self.most:
            self.put(said)
            self.growing = self.merges

    def let_grow(self, *, speaking: bool) -> None:
        """The time for more is over. A caller who is `speaking` is heard out, once."""
        if speaking and not self.overdue:
            self.overdue = True
        else:
            self.close()

    def close(self) -> None:
        self.growing = self.overdue = False

    def take(self) -> Input | None:
        """The first that may be a turn."""
        unfinished = self.growing and len(self.queue) == 1
        return self.queue.popleft() if self.queue and not unfinished else None

    def forget(self, forgotten: Callable[[Input], bool]) -> None:
        """Drops what was said and is to be no turn of its own."""
        kept = [each for each in self.queue if each.kind != "speech" or not forgotten(each)]
        if len(kept) < len(self.queue):
            self.queue = deque(kept)
            self.growing = self.growing and bool(kept) and kept[-1].kind == "speech"

    def clear(self) -> None:
        self.queue.clear()
        self.close()
