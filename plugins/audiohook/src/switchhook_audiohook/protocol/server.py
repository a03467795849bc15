"""The server's half of a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from . import events, parameters
from .events import ServerEvent
from .incoming import BrokenRuleError, Incoming
from .ledger import Ledger, Outgoing
from .media import Media
from .messages import ClientMessage
from .reading import MalformedError, parse, repair
from .states import BEFORE_THE_END, HEARD_WITHIN, LIVE, OVER, Phase, Reason, State
from .timeline import Timeline
from .wishes import PauseWish


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
        self._phase = Phase(clock, idle)
        self.violation = ""  # the rule that the client broke
        self.violation_kind = ""  # as of the event
        self.media: Media | None = None
        self._frame, self._alone = 1, True  # of the media, for every frame
        self._ledger = Ledger(session_id, "clientseq")
        self._outgoing = Outgoing(self._ledger, clock())
        self._wish = PauseWish(clock())
        self._timeline = Timeline()
        self._incoming = Incoming(organization_id, self._phase, self._outgoing, self._timeline, self._wish)
        self.reader = self._incoming.reader
        self._clock = clock

    @property
    def state(self) -> State:
        return self._phase.state

    @property
    def position(self) -> float:
        """Seconds of the caller's timeline that have come or are known to be missing."""
        return self._timeline.position

    # --- Receiving

    def receive_text(self, text: str) -> list[ServerEvent]:
        self._phase.heard()
        if self.state in OVER:
            return []
        try:
            message = parse(text, ClientMessage, repair)
            if self.state in BEFORE_THE_END:
                self._ledger.enter(message.id, message.seq, message.serverseq)
            else:  # after a violation the counts may differ for good, and `close` must still be understood
                self._ledger.enter_late(message.id, message.seq)
        except MalformedError as error:
            return [self._violate(str(error), error.kind)]
        try:
            event = self._incoming.take(message, self._clock())
        except BrokenRuleError as broken:
            event = self._violate(broken.rule, broken.kind, broken.reason)
        except MalformedError as error:
            self.reader.miss(message.type, error.field)
            event = events.Ignored(f"{message.type}: {error}")
        drifted = None if self.media is None else self._incoming.compare(message)
        return [told for told in (event, drifted) if told]

    def receive_audio(self, data: bytes) -> bytes:
        """What to listen to: the caller's samples, empty while they are to be dropped. When it is empty,
        look at `violation`."""
        self._phase.heard_at = self._clock()  # for every frame: no call to another method
        if self._phase.state is not State.ACTIVE or self.media is None:
            if self.state in BEFORE_THE_END and self.media is None:
                self._violate("audio where none was agreed", "audio")
            return b""
        samples, rest = divmod(len(data), self._frame)
        if rest:
            self._violate("audio that ends within a sample", "audio")
            return b""
        self._timeline.samples += samples
        return data if self._alone else self.media.caller_audio(data)

    def connection_lost(self) -> None:
        self._phase.enter(State.GONE)

    # --- Sending

    def opened(
        self,
        media: Media | None,
        *,
        start_paused: bool = False,
        discard_to: float = 0.0,
        languages: Sequence[str] = (),
    ) -> None:
        """No media: no audio; for a probe. Started paused, the client sends none until `resume`. It drops
        audio before `discard_to`, in seconds, if it can, and says `discarded`. `languages` are told to a
        client that asks for them."""
        if self.state is not State.OPENING:
            return
        self.media = media
        if media is not None:
            self._frame, self._alone = media.frame, len(media.channels) == 1
        ahead = discard_to if discard_to > self.position else 0.0
        asked = languages if self._incoming.asks_languages else None
        self._outgoing.add("opened", parameters.opened(media, start_paused, ahead, asked))
        self._wish.begin(start_paused)
        self._phase.enter(State.ACTIVE)

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
        if self.state in (*LIVE, State.CLOSING):
            self._outgoing.report(
                "bot_turn_response", parameters.turn_response(disposition, text, confidence)
            )

    def transcript(
        self, utterance_id: str, text: str, *, offset: float, duration: float, confidence: float
    ) -> None:
        """What the caller said, in seconds of their timeline. Transcription Connector takes it; what Audio
        Connector does with it is unknown, so nothing here sends it."""
        if self.state in (*LIVE, State.CLOSING):
            self._outgoing.report(
                "transcript", parameters.transcript(utterance_id, text, offset, duration, confidence)
            )

    def pause(self) -> None:
        """Ask for no caller audio. Of wishes that come faster than Genesys takes them, the last is sent."""
        self._wish.wanted = True
        self._ask()

    def resume(self) -> None:
        """Ask for caller audio again. A pause of the client's own goes on."""
        self._wish.wanted = False
        self._ask()

    def _ask(self) -> None:
        if self.state in LIVE and (kind := self._wish.take(self._clock())):
            self._outgoing.add(kind, {})

    def disconnect(
        self, reason: Reason, info: str = "", output_variables: Mapping[str, object] | None = None
    ) -> list[str]:
        """Ask for the end; once. The names of variables that did not fit into a message come back. Send it
        when our audio was played: what is not is lost."""
        if self.state not in BEFORE_THE_END:
            return []
        told, left_out = parameters.disconnect(reason, info, output_variables or {})
        self._outgoing.drop_reports()
        self._outgoing.add("disconnect", told)
        self._phase.enter(State.DISCONNECTING)
        return left_out

    def data_to_send(self) -> list[str]:
        """Texts, numbered now: send all of them in this order. Call it after each receiving or sending
        method."""
        written = self._outgoing.write(self._clock())
        if self.state is State.CLOSING:
            written.append(self._ledger.write("closed", {}))
            self._phase.enter(State.CLOSED)
        return written

    # --- Time

    def deadline(self) -> float | None:
        """When to call `tick`. Receiving moves it to later; a new state may move it to earlier."""
        if self.state is State.GONE:
            return None
        waits = [self._phase.until, self._outgoing.due(self._clock())]
        if self.state in LIVE:
            waits.append(self._wish.due(self._clock()))
        return min(due for due in waits if due is not None)

    def tick(self) -> list[ServerEvent]:
        """Then ask for `data_to_send`."""
        self._ask()
        if self.state is State.GONE or self._clock() < self._phase.until:
            return []
        limit = self._phase.limit
        return [events.TimedOut(limit.awaited, limit.code)]

    # --- Inside

    def _violate(self, rule: str, kind: str, reason: Reason = "error") -> ServerEvent:
        if self.state not in BEFORE_THE_END:
            return events.Ignored(rule)
        self.violation, self.violation_kind = rule, kind
        self.disconnect(reason, rule if reason == "error" else "")
        return events.ProtocolViolation(rule, kind)
