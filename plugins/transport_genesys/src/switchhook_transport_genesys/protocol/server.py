"""The server's half of a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from ..bucket import Bucket
from . import events, messages
from .events import ServerEvent
from .ledger import Ledger, Outgoing
from .media import RATE, Media
from .messages import ClientMessage, MalformedError
from .states import BEFORE_THE_END, HEARD_WITHIN, LIMITS, LIVE, OVER, State
from .variables import as_texts, fit

INFO_LENGTH = 255  # characters; Genesys logs them
PAUSE_RATE, PAUSE_BURST = 2.0, 4  # pause and resume a second, and at once, that Genesys takes
BACK_OFF, LONGEST_BACK_OFF = 1.0, 10.0  # seconds, after a 429 that names no time, and at most
TEXT_LENGTH = 10_000  # characters of a turn's text: any of them fit into one message
FRAME_OF_DISCONNECT = 2_048  # bytes that hold all of a disconnect but its variables

Reason = Literal["completed", "unauthorized", "error"]


class ServerSession:
    """`clock` gives seconds, for the deadlines. What the methods for sending are not allowed to send in the
    present state, they leave out in silence: the peer may have ended the session meanwhile."""

    def __init__(
        self,
        session_id: str,
        organization_id: str,
        clock: Callable[[], float],
        idle: float = HEARD_WITHIN.seconds,
    ) -> None:
        self._idle = idle
        self.rtt: float | None = None  # seconds, as the client measured it last
        self.violation = ""  # the rule that the client broke
        self.media: Media | None = None
        self.state = State.CONNECTED
        self._ledger = Ledger(session_id, "clientseq")
        self._outgoing = Outgoing(self._ledger, clock())
        self._asks = Bucket(PAUSE_RATE, PAUSE_BURST, clock())
        self._asked_pause = self._wants_pause = False
        self._organization_id = organization_id
        self._clock = clock
        self._since = self._heard = clock()
        self._samples = 0

    @property
    def position(self) -> float:
        """Seconds of the caller's timeline that have come or are known to be missing."""
        return self._samples / RATE

    # --- Receiving

    def receive_text(self, text: str) -> list[ServerEvent]:
        self._heard = self._clock()
        if self.state in OVER:
            return []
        try:
            message = messages.parse(text, ClientMessage)
            self._count(message)
        except MalformedError as error:
            return [self._violate(str(error))]
        try:
            event = self._dispatch(message)
        except MalformedError as error:
            event = events.Ignored(f"{message.type}: {error}")
        return [event] if event else []

    def receive_audio(self, data: bytes) -> bytes:
        """What to listen to: the caller's samples, empty while they are to be dropped. When it is empty,
        look at `violation`."""
        self._heard = self._clock()
        if self.state is not State.ACTIVE or self.media is None:
            if self.state in BEFORE_THE_END and self.media is None:
                self._violate("audio where none was agreed")
            return b""
        if len(data) % self.media.frame:
            self._violate("audio that ends within a sample")
            return b""
        self._samples += len(data) // self.media.frame
        return self.media.caller_audio(data)

    def connection_lost(self) -> None:
        self._enter(State.GONE)

    # --- Sending

    def opened(self, media: Media | None, *, start_paused: bool = False) -> None:
        """None: no audio; for a probe. Started paused, the client sends none until `resume`."""
        if self.state is State.OPENING:
            self.media = media
            taken = [media.to_json()] if media else []
            self._outgoing.add("opened", {"startPaused": start_paused, "media": taken})
            self._asked_pause = self._wants_pause = start_paused
            self._enter(State.ACTIVE)

    @property
    def takes_audio(self) -> bool:
        """Whether binary messages of ours may be sent: at most 64,000 bytes each, mono, coded as `media`."""
        return self.state in LIVE and self.media is not None

    def barge_in(self) -> None:
        """The client stops playing and drops what it holds. No audio of the old turn may follow."""
        if self.state in LIVE:
            self._outgoing.event("barge_in", {})

    def bot_turn_response(self, disposition: str, text: str = "", confidence: float | None = None) -> None:
        """Once a turn, before its audio."""
        data: dict[str, object] = {"disposition": disposition}
        if text:
            data["text"] = text[:TEXT_LENGTH]
        if confidence is not None and 0 <= confidence <= 1:
            data["confidence"] = confidence
        if self.state in (*LIVE, State.CLOSING):
            self._outgoing.report("bot_turn_response", data)

    def pause(self) -> None:
        """Ask for no caller audio. Of wishes that come faster than Genesys takes them, the last is sent."""
        self._wants_pause = True
        self._ask()

    def resume(self) -> None:
        """Ask for caller audio again. A pause of the client's own goes on."""
        self._wants_pause = False
        self._ask()

    def _ask(self) -> None:
        wish = self._wants_pause
        if self.state in LIVE and wish != self._asked_pause and self._asks.take(self._clock()):
            self._asked_pause = wish
            self._outgoing.add("pause" if wish else "resume", {})

    def disconnect(
        self, reason: Reason, info: str = "", output_variables: Mapping[str, object] | None = None
    ) -> list[str]:
        """Ask for the end; once. The names of variables that did not fit into a message come back. Send it
        when our audio was played: what is not is lost."""
        if self.state not in BEFORE_THE_END:
            return []
        parameters: dict[str, object] = {"reason": reason}
        variables, left_out = fit(as_texts(output_variables or {}), messages.MAX_SENT - FRAME_OF_DISCONNECT)
        note = f"{len(left_out)} output variables were too long to send" if left_out else ""
        if told := "; ".join(part for part in (info[:INFO_LENGTH], note) if part):
            parameters["info"] = told
        if variables:
            parameters["outputVariables"] = variables
        self._outgoing.drop_reports()
        self._outgoing.add("disconnect", parameters)
        self._enter(State.DISCONNECTING)
        return left_out

    def data_to_send(self) -> list[str]:
        """Texts, numbered now: send all of them in this order. Call it after each receiving or sending
        method."""
        written = self._outgoing.write(self._clock())
        if self.state is State.CLOSING:
            written.append(self._ledger.write("closed", {}))
            self._enter(State.CLOSED)
        return written

    # --- Time

    def deadline(self) -> float | None:
        """When to call `tick`. Receiving moves it to later; a new state may move it to earlier."""
        if self.state is State.GONE:
            return None
        waits = [self._timeout(), self._outgoing.due(self._clock())]
        if self.state in LIVE and self._wants_pause != self._asked_pause:
            waits.append(self._asks.due(self._clock()))
        return min(due for due in waits if due is not None)

    def _timeout(self) -> float:
        limit = LIMITS.get(self.state)
        return self._since + limit.seconds if limit else self._heard + self._idle

    def tick(self) -> list[ServerEvent]:
        """Then ask for `data_to_send`."""
        self._ask()
        if self.state is State.GONE or self._clock() < self._timeout():
            return []
        limit = LIMITS.get(self.state, HEARD_WITHIN)
        return [events.TimedOut(limit.awaited, limit.code)]

    # --- Inside

    def _enter(self, state: State) -> None:
        self.state, self._since = state, self._clock()

    def _count(self, message: ClientMessage) -> None:
        if self.state in BEFORE_THE_END:
            self._ledger.enter(message.id, message.seq, message.serverseq)
        else:  # after a violation the counts may differ for good, and `close` must still be understood
            self._ledger.enter_late(message.id, message.seq)

    def _violate(self, rule: str) -> ServerEvent:
        if self.state not in BEFORE_THE_END:
            return events.Ignored(rule)
        self.violation = rule
        self.disconnect("error", rule)
        return events.ProtocolViolation(rule)

    def _dispatch(self, message: ClientMessage) -> ServerEvent | None:  # noqa: C901  # one arm for each type
        parameters = message.parameters
        event: ServerEvent | None = events.Ignored("a message of an unknown type, or not of this state")
        match message.type:
            case "ping":
                self._ping(message)
                event = None
            case "open" if self.state is State.CONNECTED:
                event = self._open(parameters)
            case "close" if self.state is not State.CLOSING:
                event = self._close(parameters)
            case "error":
                error = messages.read(messages.Error, parameters)
                if error.code == 429:
                    self._outgoing.hold_reports(self._clock() + back_off(error.retry_after))
                event = events.ErrorReceived(error.code, error.message, error.retry_after)
            case "update" if self.state in (State.OPENING, *LIVE):
                event = self._update(parameters)
            case "playback_started" if self.state in (*LIVE, State.DISCONNECTING):
                event = events.PlaybackStarted()
            case "playback_completed" if self.state in (*LIVE, State.DISCONNECTING):
                event = events.PlaybackCompleted()
            case "dtmf" if self.state in LIVE:
                event = events.DigitReceived(messages.read(messages.Dtmf, parameters).digit)
            case "paused" | "resumed" | "discarded" if self.state in LIVE:
                event = self._gap(message.type, parameters)
        return event

    def _ping(self, message: ClientMessage) -> None:
        self._outgoing.pong(message.seq)
        self.rtt = messages.read(messages.Ping, message.parameters).rtt

    def _close(self, parameters: Mapping[str, Any]) -> ServerEvent:
        self._enter(State.CLOSING)
        reason = parameters.get("reason")
        return events.CloseReceived(reason[:32] if isinstance(reason, str) else "unknown")

    def _open(self, parameters: Mapping[str, Any]) -> ServerEvent:
        try:
            opening = messages.read(messages.Open, parameters)
        except MalformedError as error:
            return self._violate(f"open: {error}")
        if opening.organization_id.lower() != self._organization_id.lower():
            self.violation = "organizationId differs from the header"
            self.disconnect("unauthorized")
            return events.ProtocolViolation(self.violation)
        self._enter(State.OPENING)
        return events.Opening(opening)

    def _update(self, parameters: Mapping[str, Any]) -> ServerEvent:
        if self.state in LIVE:
            self._outgoing.add("updated", {})
        return events.Updated(messages.read(messages.Update, parameters).language)

    def _gap(self, kind: str, parameters: Mapping[str, Any]) -> ServerEvent:
        if kind == "paused":
            self._enter(State.PAUSED)
            return events.Paused()
        if kind == "resumed" and self.state is State.PAUSED:
            self._enter(State.ACTIVE)
        span = messages.read(messages.Span, parameters)
        self._samples = round((span.start + span.discarded) * RATE)
        event = events.Discarded if kind == "discarded" else events.Resumed
        return event(span.start, span.discarded)


def back_off(retry_after: float | None) -> float:
    """Seconds to send less after a 429."""
    return BACK_OFF if retry_after is None else min(retry_after, LONGEST_BACK_OFF)
