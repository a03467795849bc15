"""Callers that are made up, to try a bot: what one does, and what came of the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .records import CallRecord

LONGEST = 300.0  # seconds of a call


@dataclass(frozen=True, slots=True)
class CallerAct:
    """One thing that a caller does, when the bot is silent. `silence`: nothing, until the bot has noticed.
    `interrupt`: while the bot speaks, after so many seconds of its answer."""

    say: str = ""
    keys: str = ""
    silence: bool = False
    hang_up: bool = False
    interrupt: float | None = None


class CallerMind(Protocol):
    """A caller who goes by what he hears, after the acts of a plan. One for each call."""

    async def next(self, heard: str, /) -> Sequence[CallerAct]:
        """What he does after all that the bot has said since he did something: one after the other, each
        when the bot is silent, or interrupts it. Nothing: he hangs up. An error ends the trial."""


class CallerLine(Protocol):
    """What lies between a caller's mouth and the telephone network, in one call. Samples are linear, signed
    16-bit at 8 kHz. Calls over a real transport have it, others have no audio."""

    def spoken(self, pcm: bytes, /) -> bytes:
        """An utterance before the call, as it is said there: faster, slower. It may take its time."""

    def carried(self, pcm: bytes, /) -> bytes:
        """The next piece of all that the caller sends, silence too, as it arrives: just as long, and soon."""


@dataclass(frozen=True, slots=True)
class CallerPlan:
    """What a caller does, one after the other; then hangs up. `language`: of the flow; none: the connector's.
    `limit`: seconds, after which the call is cut off. `line`: none: it takes nothing and adds nothing.
    `mind`: what goes on after the acts."""

    acts: tuple[CallerAct, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    limit: float = LONGEST
    line: CallerLine | None = None
    mind: CallerMind | None = None


@dataclass(slots=True)
class PlacedCall:
    """What came of a call, as far as the caller knows. Times are seconds since it was answered."""

    ending: str = ""  # an outcome as of the record where it is known, else the caller's own word
    detail: str = ""
    seconds: float = 0.0
    conversation_id: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)  # variables that the flow was given back
    began: list[float] = field(default_factory=list)  # when each act began that there was time for
    latencies: list[float | None] = field(
        default_factory=list
    )  # of the greeting, and of the answer to each act
    said: list[tuple[float, str]] = field(default_factory=list)  # what the bot was heard to say, and when
    variables: list[Mapping[str, Any]] = field(default_factory=list)  # of the session, after each answer
    acts: list[CallerAct] = field(default_factory=list)  # of a caller with a mind: all that he did
    record: CallRecord | None = None
    keep: Callable[[Path], None] = lambda _: None
    """Writes into a folder what there is of the call: recording, messages, events."""


class SimulatedCaller(Protocol):
    """Calls over a real transport."""

    async def place(self, plan: CallerPlan, /) -> PlacedCall:
        """One call to its end, however it ends, in bounded time."""
