"""Connections that are no WebSockets yet: how many there may be, and which one is cut for another. No I/O."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Protocol

from .limits import Limits

SLOW = 3.0  # seconds after which one that has spoken is cut too, if room is needed


class Guest(Protocol):
    """`network`: it is counted with others of it; with none, if that is empty. `since`: when it came."""

    network: str
    since: float

    def turn_out(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Room:
    """Whether there is room for one more. `limit`: the one that is reached, if any; `instead`: the guest that
    is cut then; None: the newcomer is."""

    limit: str = ""
    instead: Guest | None = None


class Waiting:
    """The oldest that has said nothing goes first: it has cost nobody anything."""

    def __init__(self, limits: Limits, most: int) -> None:
        """`most`: how many there may be, whatever the limits say."""
        self._most, self._per_host = min(limits.waiting, most), limits.per_host
        # oldest first
        self._silent: dict[Guest, None] = {}
        self._asking: dict[Guest, None] = {}
        self._silent_of: dict[str, dict[Guest, None]] = {}
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._silent) + len(self._asking)

    @property
    def all(self) -> list[Guest]:
        return [*self._silent, *self._asking]

    @property
    def idlest(self) -> Guest | None:
        """The oldest that has said nothing."""
        return next(iter(self._silent), None)

    def room(self, network: str, now: float) -> Room:
        if network and self._of[network] >= self._per_host:
            return Room("per_host", next(iter(self._silent_of.get(network, ())), None))
        if len(self) >= self._most:
            return Room("waiting", self.idlest or self._slowest(now))
        return Room()

    def _slowest(self, now: float) -> Guest | None:
        oldest = next(iter(self._asking), None)
        return oldest if oldest is not None and now - oldest.since >= SLOW else None

    def enter(self, guest: Guest) -> None:
        self._silent[guest] = None
        self._silent_of.setdefault(guest.network, {})[guest] = None
        self._of[guest.network] += 1

    def speak(self, guest: Guest) -> None:
        """It has said something."""
        self._hush(guest)
        self._asking[guest] = None

    def leave(self, guest: Guest) -> None:
        if guest in self._silent:
            self._hush(guest)
        elif guest in self._asking:
            del self._asking[guest]
        else:
            return
        self._of[guest.network] -= 1
        if not self._of[guest.network]:
            del self._of[guest.network]  # they come from outside

    def _hush(self, guest: Guest) -> None:
        del self._silent[guest]
        others = self._silent_of[guest.network]
        del others[guest]
        if not others:
            del self._silent_of[guest.network]


def network_of(host: str) -> str:
    """The network of an address: whoever has one of IPv6 has a whole /64 of them."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
