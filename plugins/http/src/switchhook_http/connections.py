"""Where connections lead, and how many stay."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from typing import Any, NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

KEPT_FOR = 30.0  # seconds that an idle connection is used after

Found = Sequence[tuple[Any, ...]]
"""What `getaddrinfo` answers: family, type, protocol, name, and an address that begins with host and port."""


class Connections(AbstractResolver):
    """`to`: the host and port that all names lead to, whatever the request says."""

    def __init__(self, to: tuple[str, int] | None = None) -> None:
        self._to = to

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The library asks for names; it connects to addresses as they are. Raises OSError."""
        loop = asyncio.get_running_loop()
        target, port = self._to or (host, port)
        try:
            found = await loop.getaddrinfo(target, port, type=socket.SOCK_STREAM, family=family)
        except UnicodeError:  # of a part that is empty, or has more than 63 characters
            raise OSError("the name has no address") from None
        return results(host, found)

    def socket(self, address: tuple[Any, ...]) -> socket.socket:
        """For a connection to this address, which may have been asked for as it is."""
        family, kind, protocol, *_ = address
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Nothing is held."""


class Limits(NamedTuple):
    """Connections: at the same time in use, and beside them those that stay when idle."""

    most: int
    kept: int


class Connector(aiohttp.TCPConnector):
    """The library's pool, with a limit for connections that are idle."""

    def __init__(self, context: ssl.SSLContext, connections: Connections, limits: Limits) -> None:
        super().__init__(
            ssl=context,
            resolver=connections,
            socket_factory=connections.socket,
            use_dns_cache=False,
            limit=limits.most,
            keepalive_timeout=KEPT_FOR,
        )
        self._kept = limits.kept
        self._ready: object = None  # among those that are idle, as long as no request had it

    @property
    def idle(self) -> int:
        return sum(map(len, self._conns.values()))

    def drop_ready(self) -> None:
        """A service closes what nobody has used for long."""
        for waiting in self._conns.values():
            for each in [each for each in waiting if each is self._ready]:
                waiting.remove(each)
                each[0].close()

    def keep_ready(self, connection: aiohttp.connector.Connection) -> None:
        protocol = connection.protocol
        connection.release()
        idle = (each for waiting in self._conns.values() for each in waiting)
        self._ready = next((each for each in idle if each[0] is protocol), None)

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        full = self.idle >= self._kept
        super()._release(key, protocol, should_close=should_close or full)


def results(host: str, found: Found) -> list[ResolveResult]:
    """As the library takes them."""
    return [
        ResolveResult(
            hostname=host,
            host=address[0],
            port=address[1],
            family=family,
            proto=protocol,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for family, _, protocol, _, address in found
    ]
