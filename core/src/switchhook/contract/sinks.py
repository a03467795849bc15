"""Where records of calls go: a sink is given each of them, and one that is a store is asked for them too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, runtime_checkable


class RecordSink(Protocol):
    """Takes records of calls that have ended. It is entered before the first and left after the last. Where
    entering raises, it is entered again later: what it needs may be away when the server starts."""

    async def __aenter__(self) -> object: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...

    async def put(self, records: Sequence[Mapping[str, Any]], /) -> None:
        """Records as JSON has them, at most 50, of each process in the order in which its calls ended. When
        it returns, the sink has them. Whatever it raises, or when it takes more than a minute, it is asked
        again for the same records, alone or with others. So one may come again that it has already, which
        `record_id` tells. Raises SinkUnavailable, or OSError, while it cannot be reached: then it is asked
        again for as long as that takes. Anything else is about a record: one that was refused twenty times
        goes to a file of dead letters, and the next one comes."""


@runtime_checkable
class RecordStore(Protocol):
    """A sink that gives its records back, for `switchhook records`. It is entered before."""

    def records(self, wanted: str, newest: int | None, /) -> AsyncIterator[Mapping[str, Any]]:
        """Those whose `record_id`, `id` or `conversation_id` is `wanted`; of all calls where that is empty.
        The oldest first. `newest`: only so many, the newest ones."""

    async def erase(self, wanted: str, /) -> int:
        """Erases these, and says how many there were. `wanted` is not empty."""
