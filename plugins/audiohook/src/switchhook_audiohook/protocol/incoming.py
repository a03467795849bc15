"""What a server makes of a client's messages: the next state, what is answered at once, the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import events, messages
from .events import ServerEvent
from .ledger import Outgoing, back_off
from .messages import ClientMessage
from .reading import LenientReader, MalformedError
from .states import LIVE, Phase, Reason, State
from .timeline import Timeline
from .wishes import PauseWish


class BrokenRuleError(Exception):
    """The client broke a rule that the session cannot do without. `kind` as of the event."""

    def __init__(self, rule: str, kind: str, reason: Reason = "error") -> None:
        super().__init__(rule)
        self.rule, self.kind, self.reason = rule, kind, reason


class Incoming:
    def __init__(
        self, organization_id: str, phase: Phase, outgoing: Outgoing, timeline: Timeline, wish: PauseWish
    ) -> None:
        self.reader = LenientReader()
        self.asks_languages = False
        self._organization_id = organization_id
        self._phase, self._outgoing, self._timeline, self._wish = phase, outgoing, timeline, wish

    def compare(self, message: ClientMessage) -> ServerEvent | None:
        """Positions, outside of pauses: there some clients stop counting and some go on."""
        if self._phase.state is not State.ACTIVE or message.type in ("resumed", "discarded"):
            return None
        ahead = self._timeline.drift(message.position)
        return None if ahead is None else events.Drifted(ahead)

    def take(self, message: ClientMessage, now: float) -> ServerEvent | None:  # noqa: C901  # one arm for each type
        """Raises BrokenRuleError where it ends the session, MalformedError where it is ignored."""
        given, state = message.parameters, self._phase.state
        event: ServerEvent | None = events.Ignored("a message of an unknown type, or not of this state")
        match message.type:
            case "ping":
                event = self._ping(message)
            case "open" if state is State.CONNECTED:
                event = self._open(given)
                self._timeline.jump(message.position)  # of a stream that an earlier session could not take
            case "close" if state is not State.CLOSING:
                event = self._close(given)
            case "error":
                error = self.reader.read("error", messages.Error, given)
                if error.code == 429:
                    self._outgoing.hold_reports(now + back_off(error.retry_after))
                event = events.ErrorReceived(error.code, error.message, error.retry_after)
            case "update" if state in (State.OPENING, *LIVE):
                event = self._update(given)
            case "playback_started" if state in (*LIVE, State.DISCONNECTING):
                event = events.PlaybackStarted()
            case "playback_completed" if state in (*LIVE, State.DISCONNECTING):
                event = events.PlaybackCompleted()
            case "dtmf" if state in LIVE:
                event = events.DigitReceived(self.reader.read("dtmf", messages.Dtmf, given).digit)
            case "paused" | "resumed" | "discarded" if state in LIVE:
                event = self._gap(message.type, given)
        return event

    def _ping(self, message: ClientMessage) -> ServerEvent | None:
        self._outgoing.pong(message.seq)
        rtt = self.reader.read("ping", messages.Ping, message.parameters).rtt
        return None if rtt is None else events.RoundTrip(rtt)

    def _close(self, given: Mapping[str, Any]) -> ServerEvent:
        self._phase.enter(State.CLOSING)
        reason = given.get("reason")
        return events.CloseReceived(reason[:32] if isinstance(reason, str) else "unknown")

    def _open(self, given: Mapping[str, Any]) -> ServerEvent:
        try:
            opening = self.reader.read("open", messages.Open, given)
        except MalformedError as error:
            raise BrokenRuleError(f"open: {error}", "open") from None
        named = opening.organization_id or self._organization_id
        if named.lower() != self._organization_id.lower():
            rule = "organizationId differs from the header"
            raise BrokenRuleError(rule, "organization", "unauthorized")
        self.asks_languages = bool(opening.supported_languages)
        self._phase.enter(State.OPENING)
        return events.Opening(opening)

    def _update(self, given: Mapping[str, Any]) -> ServerEvent:
        if self._phase.state in LIVE:
            self._outgoing.add("updated", {})
        return events.Updated(self.reader.read("update", messages.Update, given).language)

    def _gap(self, kind: str, given: Mapping[str, Any]) -> ServerEvent:
        if kind == "paused":
            self._phase.enter(State.PAUSED)
            return events.Paused(own=not self._wish.explains_paused())
        was = self._phase.state
        if kind == "resumed":
            self._wish.resumed()
            self._phase.enter(State.ACTIVE)
        span = self.reader.read(kind, messages.Span, given)
        if span.start is None or span.discarded is None:
            if self._phase.state is was:
                return events.Ignored(f"{kind} of no span")
            return events.Resumed(self._timeline.position, 0.0)  # audio goes on, whatever is missing
        self._timeline.jump(span.start + span.discarded)
        event = events.Discarded if kind == "discarded" else events.Resumed
        return event(span.start, span.discarded)
