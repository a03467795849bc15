"""What was sent becomes what was heard, for those who hear the call: in pieces, with their times."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import anyio

from ...contract.audio import AudioFormat
from .playclock import TICK, nobody
from .playout import Playout


class HeardAudio:
    """Stands between the sender and the leg. Positions are those of the clock, `tell` is given anyio's times.
    `hides` says of a prompt that it is to be told to nobody."""

    def __init__(
        self,
        playout: Playout,
        audio: AudioFormat,
        tell: Callable[[bytes, float], None],
        hides: Callable[[int], bool],
    ) -> None:
        self._send, self._clock, self._format = playout.play, playout.clock, audio
        self._tell, self._hides = tell, hides
        self._sent = bytearray()  # and not told yet
        self._told = self._clock.sent  # position of its first byte
        self._prompts: deque[tuple[float, bool]] = deque()  # where one begins, and whether it is hidden
        self._hidden = False
        playout.play, playout.begins, self._clock.ended = self.play, self.begin, self.end_run

    def play(self, data: bytes) -> None:
        self._send(data)
        self._sent += data
        self.catch_up()

    def begin(self, prompt: int, position: float) -> None:
        """It is part of the message that is sent next."""
        self._prompts.append((position, self._hides(prompt)))

    def catch_up(self) -> None:
        """Tells what was heard until now."""
        now = anyio.current_time()
        origin = self._clock.origin(now)
        if origin is not None:
            self._tell_until(self._clock.heard(now), origin)

    def finish(self) -> None:
        """Nobody is told any more."""
        self.catch_up()
        self._clock.ended = nobody

    def end_run(self, position: float, origin: float) -> None:
        """What was sent beyond `position` will not be heard."""
        self._tell_until(position, origin)
        self._sent.clear()
        self._prompts.clear()
        self._told = position

    def _tell_until(self, position: float, origin: float) -> None:
        while self._prompts and self._prompts[0][0] <= position + TICK:
            begin, hidden = self._prompts.popleft()
            self._tell_piece(begin, origin)
            self._hidden = hidden
        self._tell_piece(position, origin)

    def _tell_piece(self, end: float, origin: float) -> None:
        size = min(len(self._sent), self._format.size(max(0.0, end - self._told)))
        if not size:
            return
        piece, at = bytes(self._sent[:size]), origin + self._told
        del self._sent[:size]
        self._told += self._format.seconds(size)
        if not self._hidden:
            self._tell(piece, at)
