"""Whether one more call may come: of the server, of its connector, of its organization."""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from enum import StrEnum

from switchhook import Busy, Full, Reception
from switchhook_audiohook.settings import LimitSettings


class Limit(StrEnum):
    """One that Genesys' table sets, and that is reached. As with `Busy`, the text is for the peer."""

    CONNECTOR = "too many calls to this connector"
    ORGANIZATION = "too many calls of this organization"


class Census:
    """Counts over all workers. Calls are counted without a limit too: there may be one when the configuration
    is read again."""

    def __init__(self, limits: LimitSettings, reception: Reception) -> None:
        self.limits, self._reception = limits, reception

    async def place(
        self, connector: str, organization: str
    ) -> AbstractAsyncContextManager[object] | Busy | Limit:
        """For one live call. It is entered already, and left with what this gives."""
        limits = self.limits
        async with AsyncExitStack() as stack:
            place = await self._reception.admission()
            if isinstance(place, Busy):
                return self._hit("late" if place is Busy.LATE else "server", place)
            await stack.enter_async_context(place)
            for reached, name, limit in (
                (Limit.CONNECTOR, connector, limits.per_connector),
                (Limit.ORGANIZATION, organization.lower(), limits.per_organization),
            ):
                kind = reached.name.lower()
                most = sys.maxsize if limit is None else limit
                held = await self._reception.state.hold(f"genesys/{kind}/{name}", most)
                if isinstance(held, Full):
                    return self._hit(f"per_{kind}", reached)
                await stack.enter_async_context(held)
            return stack.pop_all()

    def _hit(self, limit: str, reason: Busy | Limit) -> Busy | Limit:
        self._reception.measured("limit_hits", 1, {"limit": limit})
        return reason
