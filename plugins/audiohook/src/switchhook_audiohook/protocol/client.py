"""The client's half of a session, as strict as Genesys is; for simulated callers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import events, messages
from .durations import format_duration
from .events import ClientEvent
from .ledger import Ledger
from .media import Media
from .messages import FaultError, ServerMessage
from .pings import Pings
from .reading import MalformedError, parse, read
from .sending import Sending
from .states import CLOSED_WITHIN, OPENED_WITHIN, ClientState
from .stream import Stream


class ClientSession:
    """`clock` gives seconds. When the server breaks a rule, it is told `error` and `close`; of a wrong pong
    it is only told."""

    def __init__(self, session_id: str, clock: Callable[[], float]) -> None:
        self.state = ClientState.PREPARING
        self.violation = ""  # the rule that the server broke
        self.media: Media | None = None
        self.pings = Pings()
        self._ledger = Ledger(session_id, "serverseq")
        self._clock = clock
        self._since = clock()
        self._offers: tuple[Media, ...] = ()
        self.stream = Stream()
        self._outgoing = Sending(self._ledger, self.stream)

    @property
    def position(self) -> float:
        """Seconds of caller audio, sent or held back."""
        return self.stream.position

    # --- Sending

    def open(self, parameters: messages.Open) -> None:
        self._offers = parameters.media
        self._outgoing.add("open", parameters.model_dump(mode="json", by_alias=True, exclude_none=True))
        self._enter(ClientState.OPENING)

    def send_audio(self, data: bytes) -> None:
        """Caller audio of the agreed media; in a pause it only passes."""
        if self.state is not ClientState.OPEN or self.media is None:
            return
        if self.stream.advance(len(data) // self.media.frame):
            self._outgoing.audio(data)

    def send(self, kind: str, parameters: Mapping[str, object] | None = None) -> None:
        """Any message of a call in progress: dtmf, playback_started, playback_completed, update, ping."""
        if self.state is ClientState.OPEN:
            self._outgoing.add(kind, parameters or {})

    def pause(self) -> None:
        """The client's own, such as a secure pause; `resume` ends it."""
        self.stream.hold("client")
        self.send("paused")

    def resume(self) -> None:
        self.send(*self.stream.release("client"))

    def error(self, code: int, message: str, retry_after: float | None = None) -> None:
        more = {} if retry_after is None else {"retryAfter": format_duration(retry_after)}
        if self.state is not ClientState.CLOSED:
            self._outgoing.add("error", {"code": code, "message": message, **more})

    def close(self, reason: str = "end") -> None:
        if self.state not in (ClientState.CLOSING, ClientState.CLOSED):
            self._outgoing.add("close", {"reason": reason})
            self.pings.stop()
            self._enter(ClientState.CLOSING)

    def connection_lost(self) -> None:
        self._enter(ClientState.CLOSED)

    def data_to_send(self) -> list[str | bytes]:
        """Send all of it in this order. Call it after each other method."""
        return self._outgoing.take()

    # --- Receiving

    def receive_text(self, text: str) -> list[ClientEvent]:
        if self.state is ClientState.CLOSED:
            return []
        try:
            message = parse(text, ServerMessage)
        except MalformedError as error:
            return self._fail(400, str(error))
        try:
            if self.violation:  # `closed` must still be understood
                self._ledger.enter_late(message.id, message.seq)
            else:
                self._ledger.enter(message.id, message.seq, message.clientseq)
        except MalformedError as error:
            return self._fail(500, str(error))
        try:
            return self._dispatch(message)
        except MalformedError as error:
            return self._fail(400, str(error))
        except FaultError as fault:
            return self._fail(fault.code, fault.rule)

    def receive_audio(self, data: bytes) -> bytes:
        """What to play: empty when the server should not have sent it, or not now; see `violation`."""
        if self.state in (ClientState.PREPARING, ClientState.OPENING):
            self._fail(409, "audio before opened")
        if len(data) > messages.MAX_SENT:
            self._fail(413, f"audio of {len(data)} bytes")
        return data if self.state is ClientState.OPEN else b""

    # --- Time

    def deadline(self) -> float | None:
        """When to call `tick`."""
        match self.state:
            case ClientState.OPENING:
                return self._since + OPENED_WITHIN
            case ClientState.OPEN:
                return self.pings.due
            case ClientState.CLOSING:
                return self._since + CLOSED_WITHIN
        return None

    def tick(self) -> list[ClientEvent]:
        due, now = self.deadline(), self._clock()
        if due is None or now < due:
            return []
        if self.state is ClientState.OPENING:
            self._fail(408, "no opened in time")
            return [events.TimedOut("opened")]
        if self.state is ClientState.CLOSING:
            self.error(408, "no closed in time")
            self.violation = "no closed in time"
            self._enter(ClientState.CLOSED)
            return [events.TimedOut("closed")]
        if self.pings.pending is not None:
            self._fail(408, "no pong in time")
            return [events.TimedOut("pong")]
        rtt = self.pings.rtt
        self._outgoing.add("ping", {} if rtt is None else {"rtt": format_duration(rtt)})
        self.pings.sent(self._ledger.sent, now)
        return []

    # --- Inside

    def _enter(self, state: ClientState) -> None:
        self.state, self._since = state, self._clock()

    def _fail(self, code: int, rule: str) -> list[ClientEvent]:
        if self.violation:
            return [events.Ignored(rule)]
        self.violation = rule
        self.error(code, rule)
        self.close("error")
        return [events.ProtocolViolation(rule)]

    def _dispatch(self, message: ServerMessage) -> list[ClientEvent]:
        model = messages.FROM_SERVER.get(message.type)
        if model is None:
            raise FaultError(500, "a message of an unknown type")
        parameters = read(model, message.parameters)
        told: list[ClientEvent] = []
        match parameters:
            case messages.Opened():
                told = self._opened(parameters)
            case messages.Event():
                told = [events.of_entity(each) for each in parameters.entities]
            case messages.Reconnect():
                told = [events.ReconnectAsked(parameters.info)]
            case messages.Disconnect() if self.state is not ClientState.CLOSING:
                self.close("disconnect")
                variables = parameters.output_variables
                told = [events.Disconnected(parameters.reason, parameters.info, variables)]
            case messages.Nothing():
                told = self._without_parameters(message)
        return told

    def _without_parameters(self, message: ServerMessage) -> list[ClientEvent]:
        closing = self.state is ClientState.CLOSING
        told: list[ClientEvent] = []
        match message.type:
            case "pong" if not closing:
                if wrong := self.pings.wrong(message.clientseq):
                    self.error(*wrong)
                    told = [events.ProtocolViolation(wrong[1])]
                else:
                    told = [events.PongReceived(self.pings.answered(self._clock()))]
            case "pause" | "resume" if self.state in (ClientState.PREPARING, ClientState.OPENING):
                raise FaultError(409, f"{message.type} before opened")
            case "pause" if not closing:
                self.stream.hold("server")
                self._outgoing.add("paused", {})
                told = [events.PauseAsked()]
            case "resume" if not closing:
                self.send(*self.stream.release("server"))
                told = [events.ResumeAsked()]
            case "updated":
                told = [events.UpdatedReceived()]
            case "closed":
                if not closing:
                    raise FaultError(409, "closed without close")
                self._enter(ClientState.CLOSED)
                told = [events.SessionClosed()]
        return told

    def _opened(self, opened: messages.Opened) -> list[ClientEvent]:
        if self.state is not ClientState.OPENING:
            raise FaultError(409, "opened where it was not due")
        taken = [Media(**each.model_dump() | {"channels": tuple(each.channels)}) for each in opened.media]
        if len(taken) > 1 or any(media not in self._offers for media in taken):
            raise FaultError(400, "opened with media that were not offered, or with several")
        self.media = taken[0] if taken else None
        self._enter(ClientState.OPEN)
        self.pings.start(self._clock())
        if opened.start_paused:
            self.stream.hold("server")
            self._outgoing.add("paused", {})
        return [events.Opened(self.media)]
