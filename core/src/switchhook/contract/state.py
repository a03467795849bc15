"""What workers, and perhaps servers, know together: signatures that were used, and places for calls."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field

from .options import Choosing


class StateSettings(Choosing):
    """Signatures that were used, and how many calls there are: of all workers together."""

    use: str = Field("memory", description="the plugin that keeps it; its own options stand beside")
    when_lost: Literal["allow", "refuse"] = Field(
        "allow", description="calls that come while it does not answer within a second"
    )


@dataclass(frozen=True, slots=True)
class Full:
    """What `hold` gives where all places are taken."""

    key: str
    limit: int


class State(Protocol):
    """It is asked when a call begins and when it has ended, never while it runs. Keys have at most 512
    characters; who asks begins his with a name of his own, such as "acme/nonce/".

    One that is an async context manager is entered before the first call and left after the last. With
    several workers, one process has it for all of them. It may raise, or be late: who asks is told within a
    second, as `[state] when_lost` says.
    """

    async def add_once(self, key: str, seconds: float, /) -> bool:
        """Whether the key is new. It is remembered for that time from when it was new. Of several that ask at
        once, one is told True."""
        ...

    async def hold(self, key: str, limit: int, /) -> AbstractAsyncContextManager[object] | Full:
        """One of `limit` places under that key. It is taken when this returns, so enter it at once, and given
        back when it is left, or when the process that has it is gone. Never are there more than `limit`: a
        smaller limit than before holds for those who come from then on."""
        ...

    async def get(self, key: str, /) -> bytes | None:
        """What was put there last, unless its time is over or there was no room to keep it."""
        ...

    async def put(self, key: str, value: bytes, seconds: float, /) -> None:
        """Keep up to a megabyte for that time, in place of what was there. ValueError for more."""
        ...
