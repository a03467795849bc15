"""How many calls are live, by connector and by organization, and whether one more may come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from switchhook import Busy, Reception
from switchhook_audiohook.settings import LimitSettings


class Full(StrEnum):
    """A limit is reached that Genesys' table sets. As with `Busy`, the text is for the peer."""

    CONNECTOR = "too many calls to this connector"
    ORGANIZATION = "too many calls of this organization"


class Census:
    def __init__(self, limits: LimitSettings, reception: Reception) -> None:
        self.limits, self._reception = limits, reception
        self._connectors: Counter[str] = Counter()
        self._organizations: Counter[str] = Counter()

    def busy(self, connector: str, organization: str) -> Busy | Full | None:
        """None: there is room for a call. A connector that is not known has no limit of its own."""
        if (reason := self._reception.admit()) is not None:
            self._hit("server")
            return reason
        if _reached(self.limits.per_connector, self._connectors[connector]):
            self._hit("per_connector")
            return Full.CONNECTOR
        if _reached(self.limits.per_organization, self._organizations[organization.lower()]):
            self._hit("per_organization")
            return Full.ORGANIZATION
        return None

    @contextmanager
    def counting(self, connector: str, organization: str) -> Iterator[None]:
        """One live call."""
        held = ((self._connectors, connector), (self._organizations, organization.lower()))
        for counter, name in held:
            counter[name] += 1
        try:
            yield
        finally:
            for counter, name in held:
                counter[name] -= 1
                if not counter[name]:
                    del counter[name]  # organizations come from outside

    def _hit(self, limit: str) -> None:
        self._reception.measured("limit_hits", 1, {"limit": limit})


def _reached(limit: int | None, count: int) -> bool:
    return limit is not None and count >= limit
