"""What an assistant is: turns go in, replies of typed responses come out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .info import CallInfo
    from .responses import Response

TurnKind = Literal["start", "speech", "digits", "no_input", "no_final", "forced", "follow_up"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said to the assistant.

    `text` is what the caller said or keyed, or what a handler asked to send. A `no_input` turn is sent when
    nothing was said, `no_final` when speech came to no end in time, both without text; `forced` when a
    handler asked for one, `follow_up` when the reply before asked for it. `input` is sent whole instead of
    the text where the caller chose an option. `barged_in`: it interrupted a prompt, or came before the answer
    that was due, which then is not heard. `collected`: whether a handler that collects keys has got as many
    as it asked for; else None. `variables` are the session variables of both directions, merged. `heard`: if
    the turn interrupted a reply, about which words of it had been heard. `raw`: the recognition's own
    message. `failed`: types of the responses since the last turn that were not performed to the end, as their
    handlers failed. `sensitive`: what was said or keyed was asked for in confidence, and is to be shown
    nowhere.
    """

    number: int  # 1 is the greeting turn
    kind: TurnKind
    text: str = ""
    input: Mapping[str, Any] | None = None
    barged_in: bool = False
    collected: bool | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    confidence: float | None = None
    heard: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    failed: Sequence[str] = ()
    sensitive: bool = False


@dataclass(slots=True)
class ReplyContext:
    """What an assistant says beside its responses; valid after the last of them. A timeout is at least half
    a second, whatever is asked for."""

    variables: Mapping[str, Any] | None = None  # all of them, merged; None: unchanged
    post_response_timeout: float | None = None  # seconds; None: unchanged
    final_utterance_timeout: float | None = None  # seconds from the first sign of speech; None: unchanged
    follow_up: bool = False  # another turn, without text, is due at once
    custom_data: Mapping[str, Any] = field(default_factory=dict)  # for the call record; "" removes one
    usage: Mapping[str, int] = field(
        default_factory=dict
    )  # what the reply was billed for: tokens by their kind


class Reply(Protocol):
    """Responses as they arrive. Raises AssistantError."""

    @property
    def matched(self) -> bool:
        """Whether the input was understood, as far as known when the first response has come."""

    @property
    def context(self) -> ReplyContext: ...
    def __aiter__(self) -> AsyncIterator[Response]: ...


@runtime_checkable
class Interruptible(Protocol):
    """What a reply may be besides, where it takes long to be made and who speaks into it would wait."""

    def interrupt(self) -> None:
        """Nothing more of this reply is heard, and what the caller has said instead is due. It comes to its
        end at once, with what is to be performed all the same; its context counts. A plain call, at most
        once."""


class Conversation(Protocol):
    def send(self, turn: Turn, /) -> AbstractAsyncContextManager[Reply]:
        """Never called while another reply is open; leaving the reply cancels the request."""


class Assistant(Protocol):
    def open(self, call: CallInfo, /) -> AbstractAsyncContextManager[Conversation]: ...
