"""Prompts become sound: one task reads the engines ahead, one sends at the pace of the leg."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf

import anyio

from ...contract.leg import Leg
from ..dialogue.events import PromptFinished, PromptStarted, Queue
from ..signal import Signal, until_cancelled
from .playclock import TICK, PlayClock

AHEAD = 30.0  # seconds of a call's audio that may wait unsent: engines are read no faster than needed
THIN = 0.1  # seconds left to play when less than a whole frame is sent rather than waited for

Put = Callable[[bytes], Awaitable[None]]
Fetch = Callable[[Queue, Put, float], Awaitable[None]]
"""Puts a prompt's audio piece by piece; seconds of other sound are heard before it. Raises PromptError."""


class PromptError(Exception):
    """A prompt, or the rest of it, will not be heard. `problem` says why, and may stand in a record."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(slots=True)
class _Segment:
    """One prompt: its audio that is not sent yet, and where on the clock the sent part lies."""

    prompt: int
    data: bytearray = field(default_factory=bytearray)
    complete: bool = False
    failed: str = ""
    begin: float | None = None
    end: float = 0.0
    announced: bool = False

    def over(self, clock: PlayClock, now: float) -> float:
        """When all of it will have been heard."""
        return now if self.begin is None else clock.reaches(self.end, now)


def _nobody(_prompt: int, _position: float) -> None:
    pass


class Playout:
    """`on_event` is called from the sending task; it may call `queue` and `flush`. `underrun` is told of each
    hole that a prompt has. Who hears the call puts itself in the place of `play`, and of `begins`, which is
    told where on the `clock` each prompt begins."""

    def __init__(
        self,
        leg: Leg,
        fetch: Fetch,
        on_event: Callable[[PromptStarted | PromptFinished], None],
        underrun: Callable[[], None] = lambda: None,
    ) -> None:
        self._leg, self._fetch, self._on_event, self._underrun = leg, fetch, on_event, underrun
        self._format, self._pace = leg.audio, leg.pace
        self._frame = min(leg.audio.size(leg.pace.frame), leg.pace.largest)
        self.clock = PlayClock(leg.pace)
        self.play = leg.play
        self.begins: Callable[[int, float], None] = _nobody
        self._waiting: deque[Queue] = deque()
        self._segments: deque[_Segment] = deque()
        self._held = False
        self._opening: anyio.CancelScope | None = None
        self._queued, self._room, self._sender = Signal(), Signal(), Signal()

    def queue(self, queued: Queue) -> None:
        self._waiting.append(queued)
        self._queued.set()

    def hold(self, held: bool) -> None:
        """Whether what is queued is kept back; a flush ends that."""
        self._held = held
        self._sender.set()

    def flush(self) -> None:
        """Nothing of what was queued is sent after this; the leg is flushed if it may hold some."""
        self._held = False
        self._waiting.clear()
        self._segments.clear()
        if self._opening is not None:
            self._opening.cancel()
        if self.clock.playing:
            self._leg.flush()
        self.clock.end_run(self.heard())
        self._room.set()
        self._sender.set()

    def peer_started(self) -> None:
        self.clock.confirm_start(anyio.current_time())
        self._sender.set()

    def peer_finished(self) -> None:
        if self.clock.confirm_end(anyio.current_time()):
            self._sender.set()

    def heard(self) -> float:
        """Seconds of prompt audio that have reached the ear since the call began."""
        return self.clock.heard(anyio.current_time())

    def heard_of_current(self) -> float:
        """Seconds heard of the prompt that plays."""
        first = self._segments[0] if self._segments else None
        return max(0.0, self.heard() - first.begin) if first and first.begin is not None else 0.0

    def current(self) -> tuple[int, float, float | None]:
        """The prompt that plays, seconds heard of it, and its length, if known. 0: none."""
        first = self._segments[0] if self._segments else None
        if first is None or first.begin is None:
            return 0, 0.0, None
        length = first.end - first.begin + self._format.seconds(len(first.data))
        return first.prompt, self.heard_of_current(), length if first.complete else None

    async def run(self) -> None:
        with until_cancelled():
            async with anyio.create_task_group() as group:
                group.start_soon(self._fetch_all)
                while True:
                    now = anyio.current_time()
                    self._send_due(now)
                    self._announce(now)
                    await self._sender.wait(self._wake(now))

    # --- reading engines

    async def _fetch_all(self) -> None:
        with until_cancelled():
            while True:
                if not self._waiting:
                    await self._queued.wait()
                    continue
                if (ahead := self._unsent()) > AHEAD:
                    await self._room.wait()
                    continue
                queued = self._waiting.popleft()
                segment = _Segment(queued.prompt)
                self._segments.append(segment)
                with anyio.CancelScope() as self._opening:
                    put = partial(self._take_in, segment)
                    try:
                        await self._fetch(queued, put, ahead)
                    except PromptError as error:
                        segment.failed = error.problem
                self._opening = None
                segment.complete = True
                self._sender.set()

    async def _take_in(self, segment: _Segment, chunk: bytes) -> None:
        if self._next_size() < self._frame:  # else the sender knows when its next message is due
            self._sender.set()
        segment.data += chunk
        while self._unsent() > AHEAD:
            await self._room.wait()

    def _unsent(self) -> float:
        """Seconds of this call's prompts that wait."""
        return self._format.seconds(sum(len(segment.data) for segment in self._segments))

    # --- sending

    def _send_due(self, now: float) -> None:
        while not self._held and (size := self._next_size()) and self._due(size, now) <= now + TICK:
            if not self._announce_start(size):
                self.play(self._take(size, now))
                self._room.set()

    def _announce_start(self, size: int) -> bool:
        """Say which prompts begin in the next message, before it is sent; whoever is told may flush."""
        for segment in self._segments:
            if size <= 0:
                return False
            if segment.data and not segment.announced:
                segment.announced = True
                self._on_event(PromptStarted(segment.prompt))
                return True
            size -= len(segment.data)
        return False

    def _next_size(self) -> int:
        """Bytes that could go out in one message; a message may span prompts."""
        size = 0
        for segment in self._segments:
            size += len(segment.data)
            if size >= self._frame or not segment.complete:
                break
        return min(size, self._frame)

    def _due(self, size: int, now: float) -> float:
        more = self._waiting or not all(segment.complete for segment in self._segments)
        if size == self._frame or not more:
            return self.clock.may_send(now, max(THIN, self._pace.lead - self._format.seconds(size)))
        # less than a frame: wait for the rest, unless the caller would hear a hole
        if self.clock.playing or self._segments[0].complete:
            return self.clock.may_send(now, THIN)
        return inf

    def _take(self, size: int, now: float) -> bytes:
        data = bytearray()
        first = next(segment for segment in self._segments if segment.data)
        if first.begin is not None and self.clock.is_silent(now):
            self._underrun()
        before = self.clock.begin_message(now)
        for segment in self._segments:
            part = segment.data[: size - len(data)]
            if part:
                if segment.begin is None:
                    segment.begin = before + self._format.seconds(len(data))
                    self.begins(segment.prompt, segment.begin)
                data += part
                del segment.data[: len(part)]
                segment.end = before + self._format.seconds(len(data))
            if len(data) == size:
                break
        self.clock.record(self._format.seconds(size), now)
        return bytes(data)

    def _announce(self, now: float) -> None:
        while self._segments:
            first = self._segments[0]
            if not first.complete or first.data or first.over(self.clock, now) > now + TICK:
                return
            self._segments.popleft()
            if first.end >= self.clock.sent - TICK:
                self.clock.end_run(self.clock.sent)
            self._on_event(PromptFinished(first.prompt, first.failed))

    def _wake(self, now: float) -> float:
        due = [self._due(size, now)] if (size := self._next_size()) and not self._held else []
        first = self._segments[0] if self._segments else None
        if first and first.complete and not first.data:
            due.append(first.over(self.clock, now))
        return min(due, default=inf)
