"""What a connection asks about the call that it brings."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from switchhook import Busy, LegInfo, Reception
from switchhook_audiohook.protocol import Open
from switchhook_audiohook.settings import GenesysSettings

from .callinfo import describe
from .census import Census, Limit
from .routing import Destination, NotServedError, Routes
from .upgrade import Admitted


@dataclass(frozen=True, slots=True)
class Admission:
    settings: GenesysSettings
    routes: Routes
    census: Census
    reception: Reception

    async def full(self, admitted: Admitted) -> Busy | Limit | None:
        """None: there is room for another call like that now, or its connector is not known."""
        try:
            place = await self.place(admitted, self.find(admitted))
        except NotServedError:  # told after `open`
            return None
        if isinstance(place, Busy | Limit):
            return place
        async with place:
            return None

    def find(self, admitted: Admitted) -> Destination:
        """The connector. Raises NotServedError."""
        return self.routes.find(admitted.integration, admitted.place)

    async def place(
        self, admitted: Admitted, found: Destination
    ) -> AbstractAsyncContextManager[object] | Busy | Limit:
        """For the call."""
        return await self.census.place(found.connector, admitted.organization_id)

    def describe(self, leg_id: str, admitted: Admitted, found: Destination, opening: Open) -> LegInfo:
        return describe(leg_id, admitted, found, opening)

    def languages(self, admitted: Admitted) -> list[str]:
        """Those of the connector; of all that the integration has, where a probe names none."""
        try:
            served = [self.find(admitted).connector]
        except NotServedError:
            served = self.routes.connectors(admitted.integration)
        return list(dict.fromkeys(tag for one in served for tag in self.reception.languages(one)))

    def is_deep(self, admitted: Admitted) -> bool:
        """Whether a probe is answered only when the engines answer."""
        return self.settings.integrations[admitted.integration].probe == "deep"

    async def probe(self, admitted: Admitted) -> str:
        """Why callers of this integration would not be served; nothing if they would."""
        return await self.reception.probe(self.routes.connectors(admitted.integration))
