"""Fetches files from addresses that an assistant names, which may not be trusted."""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import anyio

from switchhook_http import (
    HttpError,
    Pool,
    PrivateAddressError,
    PublicConnections,
    Reply,
    ascii_address,
    ascii_host,
    shown_address,
)

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
AT_ONE_HOST = 4  # files; others wait, within the time that each has
MOST_AT_ONCE = 300  # connections
HEADERS = {
    "Accept": "audio/wav, audio/*;q=0.9, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "switchhook",
}


class FetchError(Exception):
    """Why a file was not fetched: its address without the query, and fixed words."""


@dataclass(slots=True)
class _Coming:
    """A file on its way. If it is over without data or an error, the call that fetched it has gone."""

    over: anyio.Event = field(default_factory=anyio.Event)
    data: bytes | None = None
    error: FetchError | None = None


class Fetcher:
    """Keeps what was fetched, up to `cache` bytes. `hosts`: those that may be reached without TLS, and in a
    private network."""

    def __init__(self, *, hosts: Sequence[str], most: int, patience: float, cache: int, pool: Pool) -> None:
        self._hosts = frozenset(map(ascii_host, hosts))
        self._most, self._patience, self._room = most, patience, cache
        self._pool = pool
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._coming: dict[str, _Coming] = {}
        self._turns: dict[str, anyio.CapacityLimiter] = {}  # of hosts that something is fetched from

    async def fetch(self, address: str) -> bytes:
        """The file, fetched once if several want it at the same time. Raises FetchError."""
        try:
            url = ascii_address(address)
        except ValueError:
            raise FetchError("the address is none") from None
        problem = f"it took longer than {self._patience:g} s"
        with anyio.move_on_after(self._patience):
            try:
                return await self._share(url)
            except FetchError as error:
                problem = str(error)
        raise FetchError(f"{shown_address(url)}: {problem}")

    async def _share(self, url: str) -> bytes:
        while url not in self._kept:
            coming = self._coming.get(url)
            if coming is None:
                return await self._fetch(url)
            await coming.over.wait()
            if coming.error is not None:
                raise FetchError(*coming.error.args)
            if coming.data is not None:
                return coming.data
        self._kept.move_to_end(url)
        return self._kept[url]

    async def _fetch(self, url: str) -> bytes:
        coming = self._coming[url] = _Coming()
        try:
            coming.data = await self._follow(url)
        except FetchError as error:
            coming.error = error
            raise
        finally:
            del self._coming[url]
            coming.over.set()
        self._keep(url, coming.data)
        return coming.data

    async def _follow(self, url: str) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            try:
                async with self._turn(self._checked(url)), self._pool.request("GET", url, HEADERS) as answer:
                    if answer.status not in REDIRECTS:
                        return await self._read(answer)
                    url = _redirected(url, answer.headers.get("location", ""))
            except PrivateAddressError as error:
                raise FetchError(error.detail) from None
            except HttpError as error:
                raise FetchError(f"the connection failed: {error.name}") from None
        raise FetchError(f"it is redirected more than {MOST_REDIRECTS} times")

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """Each host has turns of its own: a slow one keeps nobody waiting who wants another."""
        turns = self._turns.setdefault(host, anyio.CapacityLimiter(AT_ONE_HOST))
        try:
            async with turns:
                yield
        finally:
            if not turns.borrowed_tokens and not turns.statistics().tasks_waiting:
                self._turns.pop(host, None)

    def _checked(self, url: str) -> str:
        """The host of an address that may be fetched from. Raises FetchError for others."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.username is not None or not (
            parts.scheme == "https" or (parts.scheme == "http" and host in self._hosts)
        ):
            raise FetchError("expected an https address")
        return host

    async def _read(self, answer: Reply) -> bytes:
        if answer.status != 200:
            raise FetchError(f"the server answers {answer.status}")
        too_large = FetchError(f"it has more than {self._most} bytes")
        length = answer.headers.get("content-length", "")
        if length.isdigit() and int(length) > self._most:
            raise too_large
        data = bytearray()
        async with aclosing(answer.chunks()) as chunks:
            async for chunk in chunks:
                data += chunk
                if len(data) > self._most:
                    raise too_large
        return bytes(data)

    def _keep(self, url: str, data: bytes) -> None:
        self._kept[url] = data
        while sum(map(len, self._kept.values())) > self._room:
            self._kept.popitem(last=False)


def _redirected(url: str, location: str) -> str:
    """The address that an answer redirects to. Servers write it as they like, also in UTF-8, which headers
    are not read as."""
    try:
        with suppress(UnicodeError):
            location = location.encode("latin-1").decode()
        return ascii_address(urljoin(url, location))
    except ValueError:
        raise FetchError("it is redirected to an address that is none") from None


@asynccontextmanager
async def fetcher(*, hosts: Sequence[str], most: int, patience: float, cache: int) -> AsyncIterator[Fetcher]:
    pool = Pool(ssl.create_default_context(), PublicConnections(hosts), most=MOST_AT_ONCE, tells=False)
    try:
        yield Fetcher(hosts=hosts, most=most, patience=patience, cache=cache, pool=pool)
    finally:
        await pool.aclose()
