"""Fetches files from addresses that an assistant names: nobody vouches for those."""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

import anyio
import httpcore2

from .reaching import FetchError, Guard

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
HEADERS: dict[bytes | str, bytes | str] = {
    "Accept": "audio/wav, audio/x-wav, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "switchhook",
}


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
