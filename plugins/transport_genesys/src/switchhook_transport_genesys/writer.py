"""What a connection sends: all of it goes through here, in one order, as fast as Genesys takes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from switchhook import Outcome
from switchhook_audiohook.protocol import ServerSession
from switchhook_websocket import ServerSocket

from .send_queue import SendQueue
from .unplayed import Unplayed

logger = logging.getLogger(__name__)


LONGEST_END = 30.0  # seconds that the end waits for what is still to be heard; no more audio waits to be sent
NAMES, NAME = 10, 64  # that a line of the log has, and characters of each


def _some(names: Sequence[str]) -> str:
    """The first of them: an assistant may set any number of any length."""
    told = ", ".join(name[:NAME] for name in sorted(names)[:NAMES])
    return told if len(names) <= NAMES else f"{told} and {len(names) - NAMES} more"


def _nobody() -> None: ...


class Writer:
    """`changed` is called when the session was ended here, and is to `flush`; `stuck` when the peer does not
    read."""

    def __init__(
        self,
        socket: ServerSocket,
        session: ServerSession,
        clock: Callable[[], float],
        changed: Callable[[], None],
        stuck: Callable[[], None],
    ) -> None:
        self._socket, self._session, self._clock = socket, session, clock
        self._changed, self._stuck = changed, stuck
        self._send_queue = SendQueue(clock())
        self._later: asyncio.TimerHandle | None = None  # when audio that is held back may go
        self._sounding = False  # audio was sent since the last barge-in
        self._unplayed = Unplayed()
        self._ending: tuple[Outcome, Mapping[str, str]] | None = None
        self._end_by = 0.0

    def audio(self, data: bytes) -> None:
        if self._session.takes_audio:
            self._send_queue.put_audio(data)
            self.pump()

    def drop_audio(self) -> bool:
        """Drops audio that waits. Says whether the peer holds some that it could drop too."""
        self._send_queue.drop_audio()
        self._unplayed.forget()
        sounding, self._sounding = self._sounding, False
        return sounding

    def hold_audio(self, until: float) -> None:
        self._send_queue.hold_audio(until)

    def finished(self) -> None:
        """The peer says that it has played all that it was sent."""
        self._unplayed.finished(self._clock())
        self.pump()

    def end(self, outcome: Outcome, variables: Mapping[str, str]) -> None:
        """Ends the session when what is queued was sent and heard: the peer plays nothing after it. What had
        to wait here, for a peer that would take no more, is heard later than the call can know."""
        self._ending, self._end_by = (outcome, variables), self._clock() + LONGEST_END
        self.pump()

    def flush(self) -> None:
        """After each change of the session."""
        for text in self._session.data_to_send():
            self._send_queue.put_text(text)
        if not self._session.takes_audio:
            self._send_queue.drop_audio()
        self.pump()

    def pump(self) -> None:
        while self._socket.writable and (message := self._send_queue.take(self._clock())) is not None:
            if isinstance(message, bytes):
                self._note(message)
            self._socket.send(message)
        if self._send_queue.full:
            self._stuck()
        elif self._send_queue:
            self._pump_later()
        elif self._ending:
            self._end_when_heard(*self._ending)

    def close(self) -> None:
        """Nothing is waited for any more. An end that still waits is told at once. Whoever made it is told of
        nothing after that, and is in no circle with it."""
        self._stop_waiting()
        if self._ending:
            self._say_goodbye(*self._ending)
        self._changed = self._stuck = _nobody

    def _note(self, audio: bytes) -> None:
        self._sounding = True
        if self._session.media is not None:
            self._unplayed.sent(self._session.media.seconds(len(audio)), self._clock())

    def _stop_waiting(self) -> None:
        if self._later is not None:
            self._later.cancel()

    def _pump_later(self) -> None:
        """Goes on when the socket has room, or when the peer may be sent more."""
        self._stop_waiting()
        due = self._send_queue.due(self._clock())
        if self._socket.writable and due is not None:
            self._later = asyncio.get_running_loop().call_at(due, self.pump)

    def _end_when_heard(self, outcome: Outcome, variables: Mapping[str, str]) -> None:
        due = min(self._unplayed.over, self._end_by)
        if self._clock() >= due:
            self._say_goodbye(outcome, variables)
        else:
            self._stop_waiting()
            self._later = asyncio.get_running_loop().call_at(due, self.pump)

    def _say_goodbye(self, outcome: Outcome, variables: Mapping[str, str]) -> None:
        self._ending = None
        if left_out := self._session.disconnect(outcome.reason, outcome.info, variables):
            logger.warning("output variables too long to send: %s", _some(left_out))
        self._changed()
