"""What a driver of any kind may offer beside its contract. Each of these is found by its methods; no base
class is needed.

A driver that is an async context manager (`__aenter__`, `__aexit__`) is entered once, before its first
call, and left after its last. There it loads what is slow, and opens what its calls share; what entering
returns is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class KnowsLanguages(Protocol):
    """A speech engine or assistant that says which languages it knows. One that does not say is asked for
    any."""

    @property
    def languages(self) -> Sequence[str]:
        """The BCP 47 tags that it serves. It is asked for one of these, as it is spelt here: for "en-AU" an
        engine that knows "en-US" is asked for that."""


@runtime_checkable
class NamesLanguage(Protocol):
    """A speech engine whose parameters may name a voice or a model. If an assistant sets one of another
    language for good, the call goes on in that language."""

    def language_of(self, parameters: Mapping[str, Any], /) -> str:
        """The BCP 47 tag of the language of a voice or model that the parameters name; empty: they name none.
        It is asked during calls, so it must answer at once."""


@runtime_checkable
class Warmable(Protocol):
    async def warm(self) -> None:
        """Called at the start and about every twenty seconds, so that a call finds tokens and connections
        ready. What it raises is logged; a call will try by itself."""


@runtime_checkable
class FallsBehind(Protocol):
    """An engine that works on this machine, and so can have more to do than it can. While it is behind by
    more than `[server] max_late` on average, new calls are turned away."""

    def behind(self) -> float:
        """Seconds that the oldest of what waits for it has waited: 0 where nothing does. What it may leave
        out when it is short of time does not count, and it need not be an average. It is asked about once a
        second on the event loop, so it must answer at once."""


@runtime_checkable
class Closable(Protocol):
    async def aclose(self) -> None:
        """Called once, after the last call, unless the driver is an async context manager. What it raises is
        logged."""
