"""Sends the caller's audio to the service: at once if the connection keeps up, else as fast as it can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from switchhook import AudioFormat
from switchhook_websocket import ClientSocket

from .backlog import Backlog
from .link import Link
from .timeline import Timeline
from .upkeep import Upkeep

BEAT = 0.4  # seconds between two looks at the connection
UNSURE, QUIET = 30.0, 8.0  # seconds of audio kept until a final covers them; sent, and nobody spoke
STEP, FASTER = 0.1, 10  # what waited is sent every so many seconds, at so many times its own pace
SHORTEST = 100  # bytes: a request of less is an error for the service


class Sending:
    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self.backlog = Backlog(audio.size(UNSURE), audio.size(QUIET), audio.size(1 / audio.rate))
        self.timeline = Timeline(0)
        self._upkeep = Upkeep(audio.size(BEAT))
        self._link: Link | None = None  # while a request takes audio
        self._drained: Callable[[], None] | None = None  # likewise
        self._direct: ClientSocket | None = None  # while nothing waits: what comes goes there at once
        self._closed = False
        self._skipped = 0
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, audio: bytes, /) -> None:
        if not audio:  # an empty message would mean stop
            return
        if self._direct is not None and self._direct.writable:
            self.backlog.pass_by(audio)
            self._direct.send(audio)
        elif not self._closed:
            self._direct = None
            self.backlog.add(audio)

    @property
    def dropped(self) -> float:
        """Seconds of audio that no connection has got."""
        return self._audio.seconds(self.backlog.dropped)

    def begin(self, link: Link, drained: Callable[[], None]) -> None:
        """A request has started. `drained` is called when all has been sent that there will be."""
        self.timeline = Timeline(self.backlog.sent)
        self._skipped = self.backlog.dropped
        self._upkeep = Upkeep(self._audio.size(BEAT))
        self._link, self._drained = link, drained
        self.pump()

    def hold(self) -> None:
        """Audio waits from now on."""
        self._link = self._direct = self._drained = None
        if self._timer is not None:
            self._timer.cancel()

    def close(self) -> None:
        """No more audio; what waits is still sent."""
        self._closed, self._direct = True, None
        self.pump()

    def pump(self) -> None:
        """Sends what waits, a step of it, if the connection takes it."""
        if self._timer is not None:
            self._timer.cancel()
        if self._link is None or self._drained is None:
            return
        self._skip()
        left = self._audio.size(STEP * FASTER)
        while self.backlog.waiting and left > 0 and self._link.socket.writable:
            audio = self.backlog.next(left)
            self._link.socket.send(audio)
            left -= len(audio)
        if self.backlog.waiting:
            self._timer = asyncio.get_running_loop().call_later(STEP, self.pump)
        elif self._closed:
            self._drained()
        else:
            self._direct = self._link.socket

    def keep_up(self) -> None:
        """Called once a beat: sends silence if the caller's audio does not come."""
        if self._direct is not None and self._upkeep.due(self.timeline.sent(self.backlog.sent)):
            self._put_in(self._upkeep.per_beat)

    def fill_up(self) -> None:
        """Adds silence if the request has too little audio to be stopped."""
        missing = SHORTEST - self.timeline.sent(self.backlog.sent)
        if missing > 0:
            self._put_in(missing + missing % 2)

    def _put_in(self, size: int) -> None:
        if self._link is not None:
            self._link.socket.send(self._audio.silence(self._audio.seconds(size)))
            self.timeline.silence(self.backlog.sent, size)

    def _skip(self) -> None:
        """Notes that audio which was dropped while it waited is not sent."""
        if gone := self.backlog.dropped - self._skipped:
            self.timeline.skip(self.backlog.sent - gone, gone)
            self._skipped = self.backlog.dropped
