"""What is dialled, what the caller does, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from switchhook_audiohook.addresses import authority

from .caller import Event, Latency
from .limits import RateLimit, limits
from .recorder import stereo
from .turns import Manners

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from switchhook import Codec

    from .playback import Segment
    from .recorder import MessageLog
    from .turns import CallerStep

MANNERS = Manners()
Ending = Literal[
    "completed", "unauthorized", "error",  # the server's disconnect
    "hung_up", "probed",  # as planned
    "interrupted", "timeout",  # by the caller, not as planned
    "refused", "lost", "failed",  # no connection, none any more, a broken rule
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes. The signature covers the authority of `url`; `address` is where it is dialled
    instead, when the server is not reached by its public name."""

    url: str
    api_key: str
    secret: bytes | None = field(default=None, repr=False)  # None: unsigned
    address: tuple[str, int] | None = None
    tls: ssl.SSLContext | None = None
    language: str = ""  # of the connector, where it is known
    connector: str = ""  # its name; likewise
    records: Path | None = None  # where the server writes its call records; likewise
    unmasked: bool = False  # whether these show what callers say

    @property
    def authority(self) -> str:
        return authority(self.url)

    @property
    def request_target(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@dataclass(frozen=True, slots=True)
class Heard:
    """All of the bot since the caller did something: as it reports it, and its PCMU."""

    text: str
    audio: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """What one caller does."""

    steps: tuple[CallerStep, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    language: str = ""  # of the flow; none: the connector's own
    ani: str = "tel:+15550100"
    dnis: str = "tel:+15550199"
    manners: Manners = MANNERS
    timeout: float = 300.0  # seconds; then the caller hangs up, and the call has failed
    line: Callable[[bytes], bytes] | None = None  # what it makes of each frame that the caller sends
    goes_on: Callable[[Heard], Awaitable[Sequence[CallerStep]]] | None = None  # what the caller does then
    probe: bool = False  # open and close, as Genesys does when an integration is saved
    show_digits: bool = False  # in the message log


@dataclass(slots=True)
class CallResult:
    """All times in seconds since the call was dialled."""

    conversation_id: str
    messages: MessageLog
    ending: Ending = "lost"
    detail: str = ""
    seconds: float = 0.0
    opened_after: float | None = None  # from `open` to `opened`
    variables: dict[str, str] = field(default_factory=dict)
    latencies: list[Latency] = field(default_factory=list)
    began: list[float] = field(default_factory=list)  # when each turn of the caller did
    events: list[Event] = field(default_factory=list)
    limits: dict[str, RateLimit] = field(default_factory=limits)
    caller: list[bytes] = field(default_factory=list)  # PCMU frames, the first sounding from `origin`
    bot: list[Segment] = field(default_factory=list)
    origin: float = 0.0

    @property
    def ok(self) -> bool:
        """As planned, and the bot did not say that it failed."""
        failed = self.variables.get("switchhook_outcome") == "failed"
        return self.ending in ("completed", "hung_up", "probed") and not failed

    def recording(self, codec: Codec) -> bytes:
        """A stereo WAV file: the caller left, the bot right, as heard on the caller's clock."""
        return stereo(self.caller, self.bot, self.origin, codec)
