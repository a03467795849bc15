"""One connection: a session of the protocol between a socket and a leg."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from math import inf

import anyio
import anyio.abc
from websockets.exceptions import ConnectionClosed

from switchhook import Closed, LegInfo, Outcome, Reception, TurnReport

from .bucket import Bucket
from .leg import GenesysLeg
from .outbox import Outbox
from .protocol import Open, ServerSession, choose, events
from .sockets import Socket
from .translation import closed, leg_event

logger = logging.getLogger(__name__)

CLOSING = 2.0  # seconds for the closing handshake of the WebSocket
BACK_OFF, LONGEST_BACK_OFF = 1.0, 10.0  # seconds, after a 429 that names no time, and at most
REPORT_RATE, REPORT_BURST = 2.0, 10  # Genesys takes 5 texts a second, pongs and barge-ins among them
REMARK_RATE, REMARK_BURST = 0.1, 5  # log lines about the client's errors

Identify = Callable[[Open], LegInfo | str]
"""The call that `open` asks for, or why there is none."""


class Connection:
    def __init__(
        self, socket: Socket, session: ServerSession, identify: Identify, reception: Reception
    ) -> None:
        self._socket, self._session, self._reception = socket, session, reception
        self._identify = identify
        self._clock = asyncio.get_running_loop().time
        self._leg: GenesysLeg | None = None
        self._outbox = Outbox(self._clock())
        self._reports = Bucket(REPORT_RATE, REPORT_BURST, self._clock())
        self._remarks = Bucket(REMARK_RATE, REMARK_BURST, self._clock())
        self._later: asyncio.TimerHandle | None = None  # when audio that is held back may go
        self._reading = anyio.CancelScope()
        self._sounding = False  # audio was sent since the last barge-in
        self._ending: tuple[Outcome, Mapping[str, str]] | None = None
        self._failed = False  # the client broke a rule
        self._lost = ""  # why we broke the connection

    async def run(self) -> None:
        """Until the call has ended and the socket is gone."""
        self._socket.on_writable = self._pump
        try:
            async with anyio.create_task_group() as group:
                await self._read(group)
                self._session.connection_lost()
                self._close_leg(Closed("lost", self._why_lost()))
        finally:
            if self._later is not None:
                self._later.cancel()
            self._socket.transport.abort()

    def _why_lost(self) -> str:
        return self._lost or ("the peer does not read" if self._socket.stalled else "the connection broke")

    # --- The leg's side: plain calls that never block

    def send_audio(self, data: bytes, /) -> None:
        if self._session.takes_audio:
            self._outbox.put_audio(data)
            self._pump()

    def barge_in(self) -> None:
        self._outbox.drop_audio()
        if self._sounding:  # else the peer holds nothing that it could drop
            self._sounding = False
            self._session.barge_in()
            self._sync()

    def report(self, report: TurnReport, /) -> None:
        if self._reports.take(self._clock()):
            self._session.bot_turn_response(report.disposition, report.text, report.confidence)
            self._sync()

    def disconnect(self, outcome: Outcome, variables: Mapping[str, str], /) -> None:
        self._ending = (outcome, variables)  # to be sent after what is queued
        self._pump()

    # --- Reading

    async def _read(self, group: anyio.abc.TaskGroup) -> None:
        while not self._lost:
            with anyio.CancelScope(deadline=self._session.deadline() or inf) as self._reading:
                await self._receive(group)
                return
            for event in self._session.tick():
                if isinstance(event, events.TimedOut):
                    self._lost = f"no {event.awaited} in time"
                    with anyio.move_on_after(CLOSING):
                        await self._socket.close(event.code)

    async def _receive(self, group: anyio.abc.TaskGroup) -> None:
        try:
            while True:
                message = await self._socket.recv()
                if isinstance(message, bytes):
                    self._hear(message)
                else:
                    for event in self._session.receive_text(message):
                        self._handle(event, group)
                    self._sync()
        except ConnectionClosed:
            return

    def _hear(self, data: bytes) -> None:
        audio = self._session.receive_audio(data)
        if not audio:
            if self._session.violation:
                self._fail(self._session.violation)
                self._sync()
        elif self._leg is not None:
            self._leg.hear(audio)

    def _handle(self, event: events.ServerEvent, group: anyio.abc.TaskGroup) -> None:
        match event:
            case events.Opening(parameters):
                self._open(parameters, group)
            case events.CloseReceived(reason):
                self._close_leg(closed(reason))
            case events.ProtocolViolation(rule):
                self._fail(rule)
            case events.ErrorReceived(code, _, retry_after):
                if self._remarks.take(
                    self._clock()
                ):  # its text stays with the peer: it may quote what we sent
                    logger.warning("the client reports error %d, conversation %s", code, self._conversation)
                if code == 429:
                    pause = min(BACK_OFF if retry_after is None else retry_after, LONGEST_BACK_OFF)
                    self._outbox.hold_audio(self._clock() + pause)
            case events.Ignored(why):
                logger.debug("ignored: %s", why)
            case _:
                if self._leg is not None and (told := leg_event(event)):
                    self._leg.notice(told)

    def _open(self, opening: Open, group: anyio.abc.TaskGroup) -> None:
        """Never waits for a backend: Genesys gives five seconds, and a probe should not start one."""
        media = choose(opening.media)
        if opening.is_probe:
            self._session.opened(media)
            return
        info = self._identify(opening)
        refusal = info if isinstance(info, str) else self._reception.admit()
        if media is None:
            refusal = refusal or "no supported media; PCMU at 8000 Hz with the external channel is needed"
        if refusal or isinstance(info, str):
            self._session.disconnect("error", refusal or "")
            details = {**self._socket.admitted.details, "conversation_id": opening.conversation_id}
            self._reception.refused(refusal or "", details)
            return
        self._session.opened(media)
        self._leg = GenesysLeg(info, self)
        group.start_soon(self._answer, self._leg)

    async def _answer(self, leg: GenesysLeg) -> None:
        try:
            await self._reception.answer(leg)
        finally:
            leg.end(Outcome("error", "the call was given up"), {})

    def _fail(self, rule: str) -> None:
        """The client broke a rule, and the session has told it so."""
        if self._failed:
            return
        self._failed = True
        logger.warning("the client broke the protocol: %s, conversation %s", rule, self._conversation)
        if self._leg is None:
            self._reception.refused(rule, self._socket.admitted.details)
        self._close_leg(Closed("lost", rule))

    @property
    def _conversation(self) -> str:
        return self._leg.info.conversation_id if self._leg else "not open"

    def _close_leg(self, event: Closed) -> None:
        if self._leg is not None:
            self._leg.notice(event)

    # --- Writing: all that is sent goes through here, in one order

    def _sync(self) -> None:
        """After each change of the session."""
        for text in self._session.data_to_send():
            self._outbox.put_text(text)
        if not self._session.takes_audio:
            self._outbox.drop_audio()
        self._reading.deadline = self._session.deadline() or inf
        self._pump()

    def _pump(self) -> None:
        while self._socket.writable and (message := self._outbox.take(self._clock())) is not None:
            self._sounding = self._sounding or isinstance(message, bytes)
            self._socket.send_now(message)
        if self._outbox.full:
            self._break("the peer does not read")
        elif self._outbox:
            self._pump_later()
        elif self._ending:
            self._say_goodbye(*self._ending)

    def _pump_later(self) -> None:
        """What the socket holds up goes on with it; what is too fast for the peer, at its time."""
        if self._later is not None:
            self._later.cancel()
        due = self._outbox.due(self._clock())
        if self._socket.writable and due is not None:
            self._later = asyncio.get_running_loop().call_at(due, self._pump)

    def _say_goodbye(self, outcome: Outcome, variables: Mapping[str, str]) -> None:
        self._ending = None
        if left_out := self._session.disconnect(outcome.reason, outcome.info, variables):
            logger.warning("output variables too long to send: %s", ", ".join(sorted(left_out)))
        self._sync()

    def _break(self, why: str) -> None:
        self._lost = self._lost or why
        self._socket.transport.abort()
