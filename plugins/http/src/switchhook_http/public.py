"""Connections to public addresses only."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterable
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import ResolveResult

from .addresses import ascii_host
from .connections import Connections, results
from .errors import PrivateAddressError
from .threads import HangingError, Threads

LOOKUPS = 100  # at once, each in a thread
ANSWERS = 8  # of a name server that count: who asks again meanwhile may be told other addresses
NOT_PUBLIC_4 = [
    IPv4Network(network)
    for network in (
        # IANA's registry of special-purpose addresses, those too that could be reached from everywhere: what
        # has one of them offers no files
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        "224.0.0.0/4",  # to many at once
        "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's own, in every machine's network
    )
]
PUBLIC_6 = IPv6Network("2000::/3")  # all else is of no host of the internet, or wraps an address of IPv4
NOT_PUBLIC_6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF's own: Teredo, ORCHID, benchmarks, AMT, AS112, DRIP
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # 6bone, given back
        "3fff::/20",
    )
]
WRAPPING = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""Addresses of IPv4 that a host may be found by where there is nothing but IPv6: mapped, and by way of a
translator. Other ways to wrap one (compatible, translated, local translators, 6to4, Teredo, ISATAP) are
refused."""
ISATAP = (0x00005EFE, 0x02005EFE)


class PublicConnections(Connections):
    """It resolves the name itself and connects to what it has looked at, so that no second answer of a name
    server leads elsewhere. `allowed`: hosts that may lie in a private network. Not for a pool with
    a proxy, which would resolve names of its own."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        super().__init__()
        # and where they were found to lie
        self._allowed = {ascii_host(host): deque[set[str]](maxlen=ANSWERS) for host in allowed}
        self._lookups = Threads(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises PrivateAddressError and OSError."""
        # not among the few threads in which all other names are looked up: a name server may be silent
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, family=family)
        try:
            found = await self._lookups.run(look_up)
        except HangingError:
            raise OSError("name servers are silent") from None
        except (OSError, ValueError):  # of a part that is empty, or has more than 63 characters
            raise OSError("the name has no address") from None
        if host in self._allowed:
            self._allowed[host].append({str(each[4][0]) for each in found})
        else:
            found = [each for each in found if _leads_outside(str(each[4][0]))]
        if not found:
            raise PrivateAddressError
        return results(host, found)

    def socket(self, address: tuple[Any, ...]) -> socket.socket:
        """Here every connection comes past, also one to an address that no name was resolved to. Raises
        PrivateAddressError."""
        host = address[4][0]
        if not (_leads_outside(host) or self._is_allowed(host)):
            raise PrivateAddressError
        return super().socket(address)

    def _is_allowed(self, address: str) -> bool:
        """As it is, or as where a name lies that is."""
        found = any(address in each for answers in self._allowed.values() for each in answers)
        return found or address in self._allowed


def _leads_outside(address: str) -> bool:
    return is_public(ip_address(address.partition("%")[0]))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """A host of the internet may have it."""
    if isinstance(address, IPv6Address) and any(address in network for network in WRAPPING):
        address = IPv4Address(int(address) & 0xFFFFFFFF)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    return (
        address in PUBLIC_6
        and not any(address in network for network in NOT_PUBLIC_6)
        and (int(address) >> 32 & 0xFFFFFFFF) not in ISATAP
    )
