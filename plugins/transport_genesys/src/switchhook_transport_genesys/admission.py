"""What a connection asks about the call that it brings."""

from __future__ import annotations

from dataclasses import dataclass

from switchhook import Busy, LegInfo, Reception
from switchhook_audiohook.protocol import Open
from switchhook_audiohook.settings import GenesysSettings

from .callinfo import describe
from .census import Census, Full
from .routing import Destination, NotServedError, Routes
from .upgrade import Admitted


@dataclass(frozen=True, slots=True)
class Admission:
    settings: GenesysSettings
    routes: Routes
    census: Census
    reception: Reception

    def busy(self, admitted: Admitted) -> Busy | Full | None:
        """None: there is room for another call like that."""
        try:
            connector = self.routes.find(admitted.integration, admitted.place).connector
        except NotServedError:  # told after `open`
            connector = ""
        return self.census.busy(connector, admitted.organization_id)

    def find(self, admitted: Admitted) -> Destination:
        """The connector. Raises NotServedError."""
        found = self.routes.find(admitted.integration, admitted.place)
        if busy := admitted.busy or self.busy(admitted):
            raise NotServedError(busy)
        return found

    def describe(self, leg_id: str, admitted: Admitted, found: Destination, opening: Open) -> LegInfo:
        return describe(leg_id, admitted, found, opening)

    def is_deep(self, admitted: Admitted) -> bool:
        """Whether a probe is answered only when the engines answer."""
        return self.settings.integrations[admitted.integration].probe == "deep"

    async def probe(self, admitted: Admitted) -> str:
        """Why callers of this integration would not be served; nothing if they would."""
        return await self.reception.probe(self.routes.connectors(admitted.integration))
