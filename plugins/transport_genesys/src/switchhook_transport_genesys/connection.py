"""One connection: a session of the protocol between a socket and a leg."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from math import inf

import anyio
import anyio.abc

from switchhook import Closed, LegEvent, Outcome, TurnReport
from switchhook_audiohook.protocol import ServerSession, events
from switchhook_audiohook.protocol.ledger import back_off
from switchhook_websocket import ServerSocket

from .admission import Admission
from .allowance import Allowance
from .cures import OF_ERRORS
from .leg import GenesysLeg
from .opener import Opener
from .remarks import Remarks, quoted
from .translation import closed, leg_events
from .upgrade import Admitted
from .writer import Writer

logger = logging.getLogger(__name__)

CLOSING = 2.0  # seconds for the closing handshake of the WebSocket
TEXT = 4  # frames of audio that a text counts as: to read one costs as much, and clients send few


class Connection:
    def __init__(
        self,
        leg_id: str,
        socket: ServerSocket,
        admitted: Admitted,
        session: ServerSession,
        admission: Admission,
    ) -> None:
        self.leg_id, self._socket, self._admitted = leg_id, socket, admitted
        self._session, self._admission = session, admission
        self._reception, limits = admission.reception, admission.settings.limits
        self._clock = asyncio.get_running_loop().time
        self._leg: GenesysLeg | None = None
        self._writer = Writer(
            socket, session, self._clock, self.sync, lambda: self._break("the peer does not read")
        )
        self._messages = Allowance(limits.messages, 20 * limits.messages, self._clock())
        self._bytes = Allowance(limits.bytes, 10 * limits.bytes, self._clock())
        self.remarks = Remarks(self._clock, admitted.correlation_id)
        self._group: anyio.abc.TaskGroup  # while it runs
        self._waiting = anyio.CancelScope()  # until the session's next deadline
        self._gone = anyio.Event()
        self._failed = False  # the client broke a rule
        self._error: int | None = None  # the code that the client reported last
        self._lost = ""  # why we broke the connection

    async def run(self) -> None:
        """Until the call has ended and the socket is gone."""
        try:
            async with anyio.create_task_group() as self._group:
                self._socket.handler = self
                await self._keep_time()
                self._session.connection_lost()
                self._notice(Closed("lost", self._lost))
        finally:
            self._writer.close()
            self._socket.abort()
            self._leg = None  # it knows this connection: else both would stay in a circle

    async def _keep_time(self) -> None:
        while not self._gone.is_set():
            with anyio.CancelScope(deadline=self._session.deadline() or inf) as self._waiting:
                await self._gone.wait()
                return
            for event in self._session.tick():
                if isinstance(event, events.TimedOut):
                    self._lost = f"no {event.awaited} in time"
                    self._socket.close(event.code)
                    with anyio.move_on_after(CLOSING):
                        await self._gone.wait()
                    return
            self.sync()

    # --- The leg's side: plain calls that never block

    def send_audio(self, data: bytes, /) -> None:
        self._writer.audio(data)

    def barge_in(self) -> None:
        if self._writer.drop_audio():
            self._session.barge_in()
            self.sync()

    def report(self, report: TurnReport, /) -> None:
        if self._admission.settings.turn_reports:
            self._session.bot_turn_response(report.disposition, report.text, report.confidence)
            self.sync()

    def hold_caller(self, on: bool, /) -> None:
        (self._session.pause if on else self._session.resume)()
        self.sync()

    def disconnect(self, outcome: Outcome, variables: Mapping[str, str], /) -> None:
        self._writer.end(outcome, variables)

    # --- The socket's side

    def text(self, message: str, /) -> None:
        if self._within_limits(len(message), TEXT):
            for event in self._session.receive_text(message):
                self._handle(event)
            self.remarks.about_fields(self._session.reader.unread)
            self.sync()

    def binary(self, message: bytes, /) -> None:
        """For every frame of audio."""
        if not self._within_limits(len(message)):
            return
        audio = self._session.receive_audio(message)
        if audio and self._leg is not None:
            self._leg.hear(audio)
        elif not audio and self._session.violation:
            self._fail(self._session.violation, self._session.violation_kind)
            self.sync()

    def writable(self) -> None:
        self._writer.pump()

    def lost(self, why: str, /) -> None:
        self._lost = self._lost or why
        self._gone.set()

    # --- Reading

    def _within_limits(self, size: int, messages: int = 1) -> bool:
        self._messages.left -= messages
        self._bytes.left -= size
        return (self._messages.left >= 0 and self._bytes.left >= 0) or self._settle()

    def _settle(self) -> bool:
        now = self._clock()
        if self._messages.left < 0 and not self._messages.settle(now):
            limit = "messages"
        elif self._bytes.left < 0 and not self._bytes.settle(now):
            limit = "bytes"
        else:
            return True
        if not self._lost:
            self._reception.measured("limit_hits", 1, {"limit": limit})
            self._break(f"the client sends more {limit} than transport.limits.{limit} allows")
        return False

    def _handle(self, event: events.ServerEvent) -> None:
        match event:
            case events.Opening(parameters):
                opener = Opener(self, self._session, self._admitted, self._admission, self._group)
                self._leg = opener.answer(parameters)
            case events.CloseReceived(reason):
                self._notice(closed(reason, self._error))
            case events.ProtocolViolation(rule, kind):
                self._fail(rule, kind)
            case events.RoundTrip(seconds):
                self._reception.measured("rtt_seconds", seconds, {})
            case events.Drifted(seconds):
                self._reception.measured("position_drifts", 1, {})
                self.remarks.add(f"the client's position is {seconds:+.1f} s from ours")
            case events.ErrorReceived():
                self._complain(event)
            case events.PlaybackCompleted():
                self._writer.finished()
                self._notice(*leg_events(event))
            case events.Ignored(why):
                logger.debug("ignored: %s", why)
            case _:
                self._notice(*leg_events(event))

    def _complain(self, error: events.ErrorReceived) -> None:
        """The client has sent an `error`."""
        self._error = error.code
        said = f"the client reports error {error.code}"
        if error.message.strip():
            said += f", {quoted(error.message)}"
        if cure := OF_ERRORS.get(error.code):
            said += f"; likely cure: {cure}"
        self.remarks.add(said)
        self._reception.measured("client_errors", 1, {"code": str(error.code)})
        if error.code == 429:
            self._writer.hold_audio(self._clock() + back_off(error.retry_after))

    def _fail(self, rule: str, kind: str) -> None:
        """The client broke a rule, and the session has told it so."""
        if self._failed:
            return
        self._failed = True
        self._reception.measured("protocol_violations", 1, {"kind": kind})
        self.remarks.once(f"the client broke the protocol: {rule}")
        if self._leg is None:
            self._reception.refused(rule, self._admitted.details)
        self._notice(Closed("lost", rule))

    def _notice(self, *told: LegEvent) -> None:
        if self._leg is not None:
            for event in told:
                self._leg.notice(event)

    def sync(self) -> None:
        """To be called after each change of the session."""
        self._writer.flush()
        due = self._session.deadline() or inf
        # A later deadline is seen when the earlier one comes: setting it each time would arm a timer.
        if due < self._waiting.deadline:  # noqa: PLR1730
            self._waiting.deadline = due

    def _break(self, why: str) -> None:
        self._lost = self._lost or why
        self._socket.abort()
