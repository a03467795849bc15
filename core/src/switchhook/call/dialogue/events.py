"""What a dialogue is told, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...contract.actions import Action, Play, Say
from ...contract.assistant import Turn
from ...contract.leg import Closed, Digit, Gap, LanguageChanged, Paused, Resumed, TurnReport
from ...contract.speech import SpeechStarted, Transcript

# --- events


@dataclass(frozen=True, slots=True)
class Opened:
    """The leg was answered."""


@dataclass(frozen=True, slots=True)
class WordsBegan:
    """The caller began so many seconds ago to say what the next transcript holds."""

    ago: float


@dataclass(frozen=True, slots=True)
class PromptStarted:
    """The first sound of a queued prompt is about to be sent."""

    prompt: int


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """A prompt has been heard to its end, or `failed` names why it will not be."""

    prompt: int
    failed: str = ""


@dataclass(frozen=True, slots=True)
class ReplyBegan:
    """The first response of the reply to `turn` is here."""

    turn: int
    matched: bool = True


@dataclass(frozen=True, slots=True)
class ActionDue:
    """A handler asks for `action`; `response` is its response's place in the reply, from 1; 0: it is about
    the whole reply."""

    turn: int
    action: Action
    response: int = 1
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class NotPerformed:
    """No handler answered for a response, or not to its end. `failed`: those who did have failed, or it could
    not be read; `begun`: after some of it was performed."""

    turn: int
    response_type: str
    problem: str = ""
    failed: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """The reply is read and its handlers are done. Seconds replace a timeout from now on."""

    turn: int
    post_response_timeout: float | None = None
    final_utterance_timeout: float | None = None
    follow_up: bool = False
    custom_data: Mapping[str, Any] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Faulted:
    """A plugin did wrong and was contained; the call goes on. `engine`: which one failed; `retried`: no
    other is left, so it is tried again; `line`: of the plugin's file, where it raised."""

    source: str
    hook: str
    error: str
    engine: str = ""
    retried: bool = False
    line: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """An engine is gone: without it the call cannot go on. `line`: of its author's file, which raised."""

    source: str
    error: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class Speaks:
    """The call goes on in `language`. The texts are what is said in it when the call has failed, when it has
    lasted too long, and when an answer takes long. `forgotten`: what an assistant had configured for these
    engines was for another language."""

    language: str
    failure_text: str = ""
    closing_text: str = ""
    waiting_text: str = ""
    forgotten: tuple[Literal["stt", "tts"], ...] = ()


@dataclass(frozen=True, slots=True)
class Time:
    """The deadline has come."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The server ends. `at_once`: do not wait until what is being said has been heard. `goodbye`: neither do
    that, but say goodbye."""

    at_once: bool = False
    goodbye: bool = False


OfReply = ReplyBegan | ActionDue | NotPerformed | ReplyEnded
Event = (
    Opened
    | SpeechStarted
    | WordsBegan
    | Transcript
    | Digit
    | Gap
    | Paused
    | Resumed
    | LanguageChanged
    | PromptStarted
    | PromptFinished
    | ReplyBegan
    | ActionDue
    | NotPerformed
    | ReplyEnded
    | Faulted
    | Failure
    | Speaks
    | Time
    | Stopping
    | Closed
)

# --- effects


@dataclass(frozen=True, slots=True)
class SendTurn:
    """Its variables are filled in by the call. `said_at` is when its input came."""

    turn: Turn
    said_at: float = 0.0
    sensitive: bool = False  # its text must not be shown anywhere


@dataclass(frozen=True, slots=True)
class Queue:
    """Speak or play after what is queued already. `language`: that of the call when it was asked for."""

    prompt: int
    content: Say | Play
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of the voice
    language: str = ""


@dataclass(frozen=True, slots=True)
class Flush:
    """Drop everything queued, here and at the peer."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Send nothing more of what is queued until GoOn, or Flush."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """Send what is queued."""


@dataclass(frozen=True, slots=True)
class Abandon:
    """Stop reading async handlers of the current reply: the next turn is due."""


@dataclass(frozen=True, slots=True)
class CancelReply:
    """Give the current reply up."""


@dataclass(frozen=True, slots=True)
class Tell:
    report: TurnReport


@dataclass(frozen=True, slots=True)
class TakeCallerAudio:
    """Ask the peer for the caller's audio, or for none."""

    on: bool


@dataclass(frozen=True, slots=True)
class Listen:
    """Give the caller's audio to a recognition with these parameters; None: to none."""

    parameters: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class GoOnIn:
    """Speak and hear another language, if it is served; `Speaks` tells when it is."""

    language: str


@dataclass(frozen=True, slots=True)
class MergeVariables:
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """The one end of the call. `outcome` is a word of the call record."""

    outcome: str
    reason: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


Effect = (
    SendTurn
    | Queue
    | Flush
    | Hold
    | GoOn
    | Abandon
    | CancelReply
    | Tell
    | TakeCallerAudio
    | Listen
    | GoOnIn
    | MergeVariables
    | End
)
