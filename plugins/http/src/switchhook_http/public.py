"""Connections to public addresses only."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

import anyio
import httpcore2

from .connections import Connections
from .errors import PrivateAddressError


class PublicConnections(Connections):
    """It resolves the name itself and connects to what it has looked at, so that no second answer of a name
    server leads elsewhere. `allowed`: hosts that may lie in a private network. Not for a pool with
    a proxy, which would resolve names of its own."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self._allowed = frozenset(allowed)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises PrivateAddressError, and httpcore2's errors."""
        try:
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise httpcore2.ConnectError("the name has no address") from None
        addresses = [ip_address(each[4][0].partition("%")[0]) for each in found]
        if host not in self._allowed:
            addresses = [address for address in addresses if is_public(address)]
        if not addresses:
            raise PrivateAddressError
        return await super().connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """IPv6 can wrap private addresses of IPv4 in several ways."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    teredo = getattr(address, "teredo", None)
    wrapped = [inner] if inner else list(teredo or ())
    nat64 = address.version == 6 and int(address) >> 32 == 0x64FF9B << 64
    return (
        address.is_global
        and not address.is_multicast
        and not nat64
        and all(each.is_global for each in wrapped)
    )
