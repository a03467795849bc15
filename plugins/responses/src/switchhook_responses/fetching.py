"""Fetches files from addresses that an assistant names: nobody vouches for those."""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

import anyio

from switchhook_http import HttpError, Pool, PrivateAddressError, PublicConnections, Reply

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
HEADERS = {
    "Accept": "audio/wav, audio/x-wav, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "switchhook",
}


class FetchError(Exception):
    """Why a file was not fetched: fixed words, without its address."""


class Fetcher:
    """Keeps what was fetched, up to `cache` bytes. `hosts`: those that may be reached without TLS, and in a
    private network."""

    def __init__(self, *, hosts: Sequence[str], most: int, patience: float, cache: int, pool: Pool) -> None:
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
                async with self._pool.request("GET", url, HEADERS) as answer:
                    if answer.status not in REDIRECTS:
                        return await self._read(answer)
                    url = urljoin(url, answer.headers.get("location", ""))
            except PrivateAddressError as error:
                raise FetchError(error.detail) from None
            except HttpError as error:
                raise FetchError(f"the connection failed: {error.name}") from None
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

    async def _read(self, answer: Reply) -> bytes:
        if answer.status != 200:
            raise FetchError(f"the server answers {answer.status}")
        too_large = FetchError(f"it has more than {self._most} bytes")
        length = answer.headers.get("content-length", "")
        if length.isdigit() and int(length) > self._most:
            raise too_large
        data = bytearray()
        async for chunk in answer.chunks():
            data += chunk
            if len(data) > self._most:
                raise too_large
        return bytes(data)

    def _keep(self, url: str, data: bytes) -> None:
        self._kept[url] = data
        while sum(map(len, self._kept.values())) > self._room:
            self._kept.popitem(last=False)


@asynccontextmanager
async def fetcher(*, hosts: Sequence[str], most: int, patience: float, cache: int) -> AsyncIterator[Fetcher]:
    pool = Pool(ssl.create_default_context(), PublicConnections(hosts), most=20)
    try:
        yield Fetcher(hosts=hosts, most=most, patience=patience, cache=cache, pool=pool)
    finally:
        await pool.aclose()
