"""What a session reports of the messages it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import entities, messages
from .media import Media
from .messages import Open
from .reading import read
from .states import Awaited

# --- To the server


@dataclass(frozen=True, slots=True)
class Opening:
    """The client asks for a session: answer with `opened` or `disconnect`, at once."""

    parameters: Open


@dataclass(frozen=True, slots=True)
class DigitReceived:
    digit: str  # 0-9, *, # or A-D


@dataclass(frozen=True, slots=True)
class Paused:
    """No caller audio from here on: by our wish, or by a pause of the client's `own`, such as a secure pause,
    which only the client ends."""

    own: bool = False


@dataclass(frozen=True, slots=True)
class Resumed:
    """Caller audio goes on, no side holds it; `length` seconds from `start` on the client's timeline are
    missing."""

    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Discarded:
    """The client dropped `length` seconds of caller audio from `start` on its timeline."""

    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Updated:
    """The language of the conversation changed. Answered already."""

    language: str | None


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    pass


@dataclass(frozen=True, slots=True)
class PlaybackCompleted:
    """The client holds no audio of ours any more. It may come more than once in a turn, or never."""


@dataclass(frozen=True, slots=True)
class ErrorReceived:
    """429: we send too fast; wait for `retry_after` seconds. After others a `close` may follow."""

    code: int
    message: str  # in the client's own words
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class CloseReceived:
    """The client ends the session; `closed` is sent by itself. "end": the caller or the flow; "disconnect":
    as we asked; "error": the client failed."""

    reason: str


@dataclass(frozen=True, slots=True)
class ProtocolViolation:
    """The other side broke a rule, and was told so. A server has sent `disconnect`, and `close` follows; a
    client has sent `error`, and `close` too if the session has a `violation`."""

    rule: str
    kind: str = ""  # of a client's: message, json, size, sequence, session, open, organization or audio


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """From the client's last ping to our pong, in seconds, as it measured it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drifted:
    """The client's position has left ours by more than audio on its way explains; told once until they
    agree again. Only for the log: a recognition counts by what came."""

    seconds: float  # positive: the client is ahead


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message without effect, and why; only for the log."""

    why: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """What was waited for did not come. A server closes the socket with this code; a client was told
    `error` already, and closes the socket when "closed" is missing."""

    awaited: Awaited
    code: int = 1000


# --- To the client


@dataclass(frozen=True, slots=True)
class Opened:
    """`media` is None if the server wants no audio."""

    media: Media | None


@dataclass(frozen=True, slots=True)
class BargeIn:
    """Stop playing and drop what is held."""


@dataclass(frozen=True, slots=True)
class TurnResponse:
    disposition: str
    text: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class EntityReceived:
    """An event of another type, such as "agentassist"."""

    type: str
    data: Any


@dataclass(frozen=True, slots=True)
class TranscriptReceived:
    transcript: entities.Transcript


@dataclass(frozen=True, slots=True)
class ReconnectAsked:
    """The server wants a new connection. Audio Connector has none of that: only for the log."""

    info: str


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """Answered already, and `send_audio` drops from now on."""


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """Answered already."""


@dataclass(frozen=True, slots=True)
class PongReceived:
    rtt: float  # seconds


@dataclass(frozen=True, slots=True)
class UpdatedReceived:
    pass


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The server asks for the end; `close` is sent by itself."""

    reason: str
    info: str
    output_variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """`closed` came: now close the socket."""


ServerEvent = (
    Opening
    | DigitReceived
    | Paused
    | Resumed
    | Discarded
    | Updated
    | PlaybackStarted
    | PlaybackCompleted
    | ErrorReceived
    | CloseReceived
    | ProtocolViolation
    | RoundTrip
    | Drifted
    | Ignored
    | TimedOut
)
ClientEvent = (
    Opened
    | BargeIn
    | TurnResponse
    | TranscriptReceived
    | EntityReceived
    | ReconnectAsked
    | PauseAsked
    | ResumeAsked
    | PongReceived
    | UpdatedReceived
    | Disconnected
    | SessionClosed
    | ProtocolViolation
    | Ignored
    | TimedOut
)


def of_entity(entity: messages.Entity) -> ClientEvent:
    """Raises MalformedError."""
    if entity.type == "barge_in":
        read(messages.Nothing, entity.data)
        return BargeIn()
    if entity.type == "bot_turn_response":
        turn = read(entities.TurnResponse, entity.data)
        return TurnResponse(turn.disposition, turn.text, turn.confidence)
    if entity.type == "transcript":
        return TranscriptReceived(read(entities.Transcript, entity.data))
    return EntityReceived(entity.type, entity.data)
