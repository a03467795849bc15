"""One call without its socket: the caller and the session, and the result they fill."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from switchhook_audiohook.protocol import NULL_ID, ClientSession, ClientState, Media, Open, Participant
from switchhook_audiohook.protocol import events as told

from .caller import GREETING, Caller, Event, Frame, Key
from .plan import CallResult, Heard
from .playback import Started
from .recorder import MessageLog
from .turns import Asks, HangUp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .caller import Due
    from .plan import Ending, Plan
    from .turns import CallerStep

PROBE_OFFERS = (Media(channels=("external", "internal")), Media(), Media(channels=("internal",)))
ENDINGS: dict[str, Ending] = {"completed": "completed", "unauthorized": "unauthorized", "error": "error"}


class Talk:
    """Plain calls: give it what came and the time it is, send what `to_send` has. `clock` gives seconds
    since the call was dialled."""

    def __init__(self, plan: Plan, clock: Callable[[], float], observe: Callable[[Event], None]) -> None:
        self.session_id, self.organization_id = str(uuid.uuid4()), str(uuid.uuid4())
        self.result = CallResult(str(uuid.uuid4()), MessageLog(show_digits=plan.show_digits))
        self._plan, self._clock, self._observer = plan, clock, observe
        self._session = ClientSession(self.session_id, clock)
        self._caller: Caller | None = None  # while media flow
        self._asked_at = 0.0
        self.asking: Heard | None = None  # whoever plays the caller is to be asked how he goes on
        self._ended = False

    @property
    def over(self) -> bool:
        return self._session.state is ClientState.CLOSED

    def start(self) -> None:
        self._asked_at = self._clock()
        self._observe("connected")
        self._session.open(_opening(self._plan, self.result.conversation_id, self.organization_id))

    def receive(self, message: str | bytes) -> None:
        now = self._clock()
        self._log("received", message)
        if isinstance(message, str):
            self._within("text", now)  # one too many is read all the same: it is not known what Genesys does
            for event in self._session.receive_text(message):
                self._told(event, now)
        else:
            heard = self._within("audio", now)
            audio = self._session.receive_audio(message)
            if heard and self._caller is not None:
                self._caller.receive(audio, now)
        self.act()

    def act(self) -> None:
        """Does what is due by now."""
        now = self._clock()
        for event in self._session.tick():
            self._told(event, now)
        if now >= self._plan.timeout:
            self.hang_up("timeout", f"not over after {self._plan.timeout:g} s{_waiting(self._caller)}")
        if self._caller is not None and self._session.state is ClientState.OPEN:
            for item in self._caller.due(now):
                self._do(item)
        if self._session.violation:
            self._end("failed", f"the server broke the protocol: {self._session.violation}")
        if self._session.state in (ClientState.CLOSING, ClientState.CLOSED):
            self._stop()

    def deadline(self) -> float:
        """When to call `act` at the latest."""
        times = [self._session.deadline(), self._caller.deadline() if self._caller else None]
        if self._session.state in (ClientState.OPENING, ClientState.OPEN):
            times.append(self._plan.timeout)
        return min((time for time in times if time is not None), default=self._clock())

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return max(0.0, self.deadline() - self._clock())

    def to_send(self) -> list[str | bytes]:
        data = self._session.data_to_send()
        for each in data:
            self._log("sent", each)
        return data

    def go_on(self, steps: Sequence[CallerStep]) -> None:
        if self._caller is not None:
            self._caller.go_on(steps)

    def hang_up(self, ending: Ending, detail: str = "") -> None:
        if self._session.state in (ClientState.OPENING, ClientState.OPEN):
            self._session.close("end")
            self._end(ending, detail)

    def lost(self, cause: str) -> None:
        if not self.over:
            self._session.connection_lost()
            self._end("lost", cause)
            self._stop()

    # --- Inside

    def _told(self, event: told.ClientEvent, now: float) -> None:
        match event:
            case told.Opened(media):
                self._opened(media, now)
            case told.BargeIn() if self._caller is not None:
                self._caller.barge_in(now)
            case told.TurnResponse(disposition, text):
                if text:
                    self._observe("bot", text)
                if self._caller is not None:
                    self._caller.bot_replied(now, to_silence=disposition == "no_input")
            case told.PauseAsked() | told.ResumeAsked():
                wish = "pause" if isinstance(event, told.PauseAsked) else "resume"
                self._observe(wish)
                self._within(wish, now)
            case told.Disconnected(reason, info, variables):
                self.result.variables = variables
                self._end(ENDINGS[reason], info)
            case told.ProtocolViolation(rule):
                self._observe("violation", rule)

    def _opened(self, media: Media | None, now: float) -> None:
        self.result.opened_after = now - self._asked_at
        self._observe("opened", f"after {self.result.opened_after * 1000:.0f} ms")
        if self._plan.probe:
            self.hang_up("probed")
        elif media is None:
            self.hang_up("failed", "the server takes no audio")
        else:
            plan, goes_on = self._plan, self._plan.goes_on is not None
            self._caller = Caller(plan.steps, plan.manners, now, self._show, plan.line, goes_on=goes_on)

    def _do(self, item: Due) -> None:
        match item:
            case Frame(audio):
                self._session.send_audio(audio)
            case Asks():
                self.asking = _heard(self._caller, self.result.events)
            case Key(digit):
                self._session.send("dtmf", {"digit": digit})
            case HangUp(None):
                self.hang_up("hung_up", "as planned")
            case HangUp(seconds):
                self.hang_up("hung_up", f"all was said, the bot had no more to say for {seconds:g} s")
            case _:
                started = isinstance(item, Started)
                self._session.send("playback_started" if started else "playback_completed")

    def _within(self, kind: str, now: float) -> bool:
        """Whether Genesys would take one more message; if not, the server is told."""
        limit = self.result.limits[kind]
        if limit.count(now):
            return True
        if limit.excess == 1:
            self._observe("excess", f"more {kind} messages than Genesys allows")
        if (seconds := limit.complain(now)) is not None and self._session.state is ClientState.OPEN:
            self._session.error(429, f"more {kind} messages than {limit.rate:g} a second", seconds)
        return False

    def _end(self, ending: Ending, detail: str) -> None:
        if not self._ended:
            self._ended, self.result.ending, self.result.detail = True, ending, detail
            words = ending.replace("_", " ")
            self._observe("ended", f"{words}: {detail}" if detail not in ("", ending) else words)

    def _stop(self) -> None:
        if self._caller is not None:
            caller, self._caller = self._caller, None
            caller.stop(self._clock())
            self.result.caller, self.result.origin = caller.mouth.frames, caller.mouth.origin
            self.result.bot, self.result.latencies = caller.playback.segments, caller.latencies
            self.result.began = caller.began

    def _observe(self, kind: str, text: str = "") -> None:
        self._show(Event(self._clock(), kind, text))

    def _show(self, event: Event) -> None:
        self.result.events.append(event)
        self._observer(event)

    def _log(self, direction: str, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.result.messages.audio(self._clock(), direction, len(data))
        else:
            self.result.messages.message(self._clock(), direction, _as_object(data))


def _waiting(caller: Caller | None) -> str:
    unanswered = caller.unanswered if caller else ""
    if unanswered == GREETING:
        return ": the bot never spoke"
    return f": no answer to {unanswered!r}" if unanswered else ""


def _heard(caller: Caller | None, events: Sequence[Event]) -> Heard:
    """Since the caller did something."""
    since = caller.began[-1] if caller and caller.began else 0.0
    said = [event.text for event in events if event.kind == "bot" and event.at >= since]
    audio = [bytes(each.audio) for each in (caller.playback.segments if caller else ()) if each.at >= since]
    return Heard(" ".join(said), b"".join(audio))


def _as_object(text: str) -> dict[str, Any]:
    try:
        message: Any = json.loads(text)
    except ValueError:
        message = None
    return message if isinstance(message, dict) else {"malformed": len(text)}


def _opening(plan: Plan, conversation_id: str, organization_id: str) -> Open:
    caller = Participant(id=str(uuid.uuid4()), ani=plan.ani, ani_name="Switchhook", dnis=plan.dnis)
    return Open(
        organization_id=organization_id,
        conversation_id=NULL_ID if plan.probe else conversation_id,
        participant=Participant(id=NULL_ID) if plan.probe else caller,
        media=PROBE_OFFERS if plan.probe else (Media(),),
        language=plan.language or None,
        input_variables=None if plan.probe else dict(plan.variables),
    )
