"""Fetches files from addresses that an assistant names: nobody vouches for those."""

from __future__ import annotations

import socket
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urljoin, urlsplit

import anyio
import httpcore2

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
HEADERS: dict[bytes | str, bytes | str] = {
    "Accept": "audio/wav, audio/x-wav, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "switchhook",
}


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


class Fetcher:
    """Keeps what was fetched, up to `cache` bytes. `hosts`: those that may be reached without TLS, and in a
    private network."""

    def __init__(
        self,
        *,
        hosts: Sequence[str],
        most: int,
        patience: float,
        cache: int,
        pool: httpcore2.AsyncConnectionPool,
    ) -> None:
        self._hosts, self._most, self._patience, self._room = frozenset(hosts), most, patience, cache
        self._pool = pool
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def fetch(self, url: str) -> bytes:
        """Raises FetchError."""
        if url in self._kept:
            self._kept.move_to_end(url)
            return self._kept[url]
        data = b""
        with anyio.move_on_after(self._patience) as patience:
            data = await self._follow(url)
        if patience.cancelled_caught:
            raise FetchError(f"it took longer than {self._patience:g} s")
        self._keep(url, data)
        return data

    async def _follow(self, url: str) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            self._check(url)
            try:
                async with self._pool.stream("GET", url, headers=HEADERS) as answer:
                    if answer.status not in REDIRECTS:
                        return await self._read(answer)
                    url = urljoin(url, _header(answer, b"location"))
            except (
                httpcore2.NetworkError,
                httpcore2.ProtocolError,
                httpcore2.TimeoutException,
                ssl.SSLError,
            ) as error:
                raise FetchError(f"the connection failed: {type(error).__name__}") from None
        raise FetchError(f"it is redirected more than {MOST_REDIRECTS} times")

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise FetchError("the address is none") from None
        if (
            not host
            or parts.username is not None
            or not (parts.scheme == "https" or (parts.scheme == "http" and host in self._hosts))
        ):
            raise FetchError("expected an https address")

    async def _read(self, answer: httpcore2.Response) -> bytes:
        if answer.status != 200:
            raise FetchError(f"the server answers {answer.status}")
        too_large = FetchError(f"it has more than {self._most} bytes")
        length = _header(answer, b"content-length")
        if length.isdigit() and int(length) > self._most:
            raise too_large
        data = bytearray()
        async for chunk in answer.aiter_stream():
            data += chunk
            if len(data) > self._most:
                raise too_large
        return bytes(data)

    def _keep(self, url: str, data: bytes) -> None:
        self._kept[url] = data
        while sum(map(len, self._kept.values())) > self._room:
            self._kept.popitem(last=False)


def _header(answer: httpcore2.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == name), "")


@asynccontextmanager
async def fetcher(*, hosts: Sequence[str], most: int, patience: float, cache: int) -> AsyncIterator[Fetcher]:
    async with httpcore2.AsyncConnectionPool(
        ssl_context=ssl.create_default_context(),
        network_backend=Guard(hosts),
        max_connections=20,
        keepalive_expiry=30,
    ) as pool:
        yield Fetcher(hosts=hosts, most=most, patience=patience, cache=cache, pool=pool)
