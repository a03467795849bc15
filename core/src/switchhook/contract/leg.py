"""The transport's side of one call: what a transport gives the engine and takes from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import anyio.abc

from .audio import AudioFormat

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .options import Options
    from .settings import ServerSettings
    from .state import Full, State

CloseReason = Literal["ended", "hung_up", "lost", "refused"]
Disposition = Literal["match", "no_match", "no_input"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a leg takes audio; playout obeys it. The transport says what its peer can bear."""

    rate: float  # messages a second, sustained
    burst: int  # messages at once, when the bucket is full
    largest: int  # bytes in one message
    frame: float = 0.2  # seconds of audio in one message
    lead: float = 0.5  # seconds to be ahead of the caller's ear
    confirms: bool = True  # whether PlaybackStarted and PlaybackFinished come


@dataclass(frozen=True, slots=True)
class LegInfo:
    """What the transport knows of a call when it is answered."""

    id: str  # unique for the life of the leg
    connector: str
    conversation_id: str = ""
    correlation_id: str = ""
    organization_id: str = ""
    api_version: str = ""
    language: str = ""  # as the peer says it; empty: the connector's
    ani: str = ""
    dnis: str = ""
    participant_name: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)  # of the peer; not recorded
    details: Mapping[str, object] = field(default_factory=dict)  # whatever else the transport wants recorded


@dataclass(frozen=True, slots=True)
class Gap:
    """Caller audio that will never come: `length` seconds from `start` on the caller's timeline."""

    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Digit:
    """One key: 0-9, *, # or A-D."""

    key: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The caller cannot be heard, as the peer has a pause of its own, which `pause` did not ask for and only
    the peer ends. Keys may still come, and what is played is heard."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """That pause is over."""


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The peer began to play what it was sent."""


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """The peer has played all it held."""


@dataclass(frozen=True, slots=True)
class LanguageChanged:
    """The conversation goes on in another language, as the peer says it: a tag such as es-US."""

    language: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The leg is gone; nothing follows. `ended`: as we asked; `hung_up`: by the caller or the flow;
    `lost`: the connection broke or the peer broke the protocol."""

    reason: CloseReason
    detail: str = ""


LegEvent = Gap | Digit | Paused | Resumed | PlaybackStarted | PlaybackFinished | LanguageChanged | Closed


@dataclass(frozen=True, slots=True)
class TurnReport:
    """What a transport may report of a turn before its audio (Genesys: bot_turn_response)."""

    disposition: Disposition
    text: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the call ends, in the words that the peer is told."""

    reason: Literal["completed", "error"]
    info: str = ""  # for logs on the other side: nothing personal, at most 255 characters


class Sink(Protocol):
    """What a leg delivers to. It is called in wire order, from the event loop's thread; its methods never
    block and never raise. Audio is in the leg's format."""

    def audio(self, data: bytes, /) -> None: ...
    def event(self, event: LegEvent, /) -> None: ...


class Leg(Protocol):
    """One caller. No method blocks or raises; after `end` or `Closed` all of them do nothing.

    `end` is called once; `Closed` follows within a bound that the transport keeps.
    """

    @property
    def info(self) -> LegInfo: ...
    @property
    def audio(self) -> AudioFormat: ...
    @property
    def pace(self) -> Pace: ...
    def start(self, sink: Sink, /) -> None:
        """Deliver to `sink` from now on, beginning with what has arrived already."""

    def play(self, data: bytes, /) -> None: ...
    def flush(self) -> None:
        """Drop what was taken and not yet played, here and at the peer."""

    def pause(self) -> None:
        """Ask the peer for no caller audio until `resume`; keys still come. It is only a wish: audio on its
        way still arrives, and a peer may have a pause of its own."""

    def resume(self) -> None: ...
    def tell(self, report: TurnReport, /) -> None: ...
    def end(self, outcome: Outcome, variables: Mapping[str, str], /) -> None: ...


class Busy(StrEnum):
    """Why a server takes no more calls; its text is for the peer."""

    FULL = "too many calls"
    LATE = "the server has too much to do"
    STOPPING = "the server is stopping"


class Reception(Protocol):
    """What a transport asks of the server it serves for."""

    @property
    def connectors(self) -> Mapping[str, Mapping[str, object]]:
        """The `address` table of each connector, by its name."""

    def languages(self, connector: str, /) -> Sequence[str]:
        """Tags of the languages that the connector has engines or texts for, its own first."""

    @property
    def state(self) -> State:
        """For limits and signatures of the transport's own, over all workers. It answers within a second, and
        raises nothing but ValueError for what is too large."""

    def admit(self) -> Busy | None:
        """None: one more call may come in, as far as is known here without asking anybody."""

    async def admission(self) -> AbstractAsyncContextManager[object] | Busy:
        """A place for one call, of those that all workers have together. Enter it at once, `answer` within
        it, and leave it when the call has ended. It may take a second. `answer` takes one by itself: only a
        transport that turns callers away before there is a leg asks for it."""

    async def admission_within(
        self, limits: Mapping[str, int], /
    ) -> AbstractAsyncContextManager[object] | Busy | Full:
        """As `admission`, with a place under each of these keys of `state`, of so many: all of them or none,
        and in one question. `Full` is the first that has none."""

    def ready(self) -> Busy | None:
        """None: load balancers should send calls here. A server that is to end has a reason before `admit`
        has it, so that none comes any more when none is taken. A transport tells balancers no more than
        whether there is a reason."""

    def alive(self) -> bool:
        """False: the process was stuck lately, and should be started anew where that goes on."""

    def refused(self, reason: str, details: Mapping[str, object], /) -> None:
        """Report a call that was turned away before it had a leg; bounded in rate by the receiver."""

    def measured(self, name: str, value: float, labels: Mapping[str, str], /) -> None:
        """A figure for the hook of that name: a count, or seconds."""

    async def probe(self, connectors: Sequence[str], /) -> str:
        """Open the engines of these connectors as a call would. Says why a caller would not be served; empty
        if he would. It takes time: whoever calls it sets the deadline."""

    async def answer(self, leg: Leg, /) -> None:
        """Run the call to its end. Returns when nothing more will be asked of the leg. Outside of a place of
        `admission` it takes one, and ends the leg where there is none."""


class Transport(Protocol):
    async def serve(
        self, reception: Reception, /, *, task_status: anyio.abc.TaskStatus[Sequence[str]]
    ) -> None:
        """Accept calls until cancelled; reports started with the URLs it listens on.

        While `reception.admit()` or `admission()` gives a reason, new calls are turned away with it. Where it
        is `Busy.STOPPING`, that is done in a way that makes the peer try again, at another server if there is
        one: that is how a server drains. Calls have ended before the cancellation comes.
        """


@runtime_checkable
class TakesSockets(Protocol):
    """A transport that accepts on sockets which it is given. They outlive it: another process can go on with
    them, and no connection that waits in one is lost. A transport that does not take any opens its own in
    `serve`, and then a server can neither have several workers nor hand over to another."""

    def take_sockets(self, descriptors: Sequence[int], /) -> None:
        """File descriptors of sockets that listen and do not block, one or more. Called once, before `serve`.
        They are the transport's, which closes them when `serve` ends."""

    def stop_accepting(self) -> None:
        """Close them while `serve` goes on with the connections that were accepted. Who still waits in them
        is left to others that have the same sockets. On the event loop, at most once, while `serve` runs."""


@runtime_checkable
class Changeable(Protocol):
    """A transport that takes other settings while it serves. One that does not keeps what it was made with,
    until the server is started anew."""

    def change(
        self, options: Options, server: ServerSettings, connectors: Mapping[str, Mapping[str, object]], /
    ) -> Callable[[], Sequence[str]]:
        """Read what the configuration says now, as at the start; asked off the event loop. Raises
        SettingsError and StartError, and then nothing changes. What it returns is called on the event loop,
        does not wait and never raises: it puts that into force for connections that come from then on, and
        names the settings that stay as they were until the server is started anew, such as
        "transport.limits.waiting"."""
