"""Connections to public addresses only, and none that stays behind."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

import anyio
import httpcore2


class FetchError(Exception):
    """Why a file was not fetched: fixed words, without its address."""


class Guard(httpcore2.AnyIOBackend):
    """Connects to public addresses only. It resolves the name itself and connects to what it has looked at,
    so that no second answer of a name server leads elsewhere."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self._allowed = frozenset(allowed)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's own interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise httpcore2.ConnectError("the name has no address") from None
        addresses = [ip_address(each[4][0].partition("%")[0]) for each in found]
        if host not in self._allowed:
            addresses = [address for address in addresses if is_public(address)]
        if not addresses:
            raise FetchError("the address is of a private network")
        stream = await super().connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)
        return _Closing(stream)


class _Closing(httpcore2.AsyncNetworkStream):
    """The library closes a connection on which TLS fails, but not one that is given up meanwhile: a server
    that says nothing would have us keep a socket for each address that an assistant names."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self.read, self.write = inner.read, inner.write  # type: ignore[method-assign]  # unchanged
        self.aclose, self.get_extra_info = inner.aclose, inner.get_extra_info  # type: ignore[method-assign]  # likewise

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's own interface
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            raise


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
