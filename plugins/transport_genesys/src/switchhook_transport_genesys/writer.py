"""What a connection sends: all of it goes through here, in one order, as fast as Genesys takes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from switchhook import Outcome
from switchhook_audiohook.protocol import ServerSession
from switchhook_websocket import ServerSocket

from .send_queue import SendQueue

logger = logging.getLogger(__name__)


NAMES, NAME = 10, 64  # that a line of the log has, and characters of each


def _some(names: Sequence[str]) -> str:
    """The first of them: an assistant may set any number of any length."""
    told = ", ".join(name[:NAME] for name in sorted(names)[:NAMES])
    return told if len(names) <= NAMES else f"{told} and {len(names) - NAMES} more"


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
        self._ending: tuple[Outcome, Mapping[str, str]] | None = None

    def audio(self, data: bytes) -> None:
        if self._session.takes_audio:
            self._send_queue.put_audio(data)
            self.pump()

    def drop_audio(self) -> bool:
        """Drops audio that waits. Says whether the peer holds some that it could drop too."""
        self._send_queue.drop_audio()
        sounding, self._sounding = self._sounding, False
        return sounding

    def hold_audio(self, until: float) -> None:
        self._send_queue.hold_audio(until)

    def end(self, outcome: Outcome, variables: Mapping[str, str]) -> None:
        """Ends the session after what is queued."""
        self._ending = (outcome, variables)
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
            self._sounding = self._sounding or isinstance(message, bytes)
            self._socket.send(message)
        if self._send_queue.full:
            self._stuck()
        elif self._send_queue:
            self._pump_later()
        elif self._ending:
            self._say_goodbye(*self._ending)

    def close(self) -> None:
        if self._later is not None:
            self._later.cancel()

    def _pump_later(self) -> None:
        """Goes on when the socket has room, or when the peer may be sent more."""
        self.close()
        due = self._send_queue.due(self._clock())
        if self._socket.writable and due is not None:
            self._later = asyncio.get_running_loop().call_at(due, self.pump)

    def _say_goodbye(self, outcome: Outcome, variables: Mapping[str, str]) -> None:
        self._ending = None
        if left_out := self._session.disconnect(outcome.reason, outcome.info, variables):
            logger.warning("output variables too long to send: %s", _some(left_out))
        self._changed()
