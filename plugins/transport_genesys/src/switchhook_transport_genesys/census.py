"""Whether one more call may come: of the server, of its connector, of its organization."""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager
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
        """For one live call. Enter it at once."""
        limits = {
            Limit.CONNECTOR: (f"genesys/connector/{connector}", self.limits.per_connector),
            Limit.ORGANIZATION: (
                f"genesys/organization/{organization.lower()}",
                self.limits.per_organization,
            ),
        }
        within = {key: sys.maxsize if most is None else most for key, most in limits.values()}
        place = await self._reception.admission_within(within)
        if isinstance(place, Busy):
            return self._hit("late" if place is Busy.LATE else "server", place)
        if isinstance(place, Full):
            [reached] = [limit for limit, (key, _) in limits.items() if key == place.key]
            return self._hit(f"per_{reached.name.lower()}", reached)
        return place

    def _hit(self, limit: str, reason: Busy | Limit) -> Busy | Limit:
        self._reception.measured("limit_hits", 1, {"limit": limit})
        return reason
