"""Fetches files from addresses that an assistant names, which may not be trusted."""

from __future__ import annotations

import re
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from math import inf
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


USUAL, LONGEST = 300.0, 86_400.0  # seconds that a file is kept whose server does not say, and at most


class FetchError(Exception):
    """Why a file was not fetched: its address without the query, and fixed words. `passing`: the trouble is
    with the way or the server, and not with the file."""

    def __init__(self, why: str, *, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class _File:
    """`until`: another call may be given it until then; -inf: it is for the one alone that fetched it."""

    data: bytes
    until: float


@dataclass(slots=True)
class _Coming:
    """A file on its way. If it is over without one or an error, the call that fetched it has gone."""

    over: anyio.Event = field(default_factory=anyio.Event)
    file: _File | None = None
    error: FetchError | None = None


class Fetcher:
    """Keeps what was fetched, up to `cache` bytes, for as long as its server lets it. `hosts`: those that may
    be reached without TLS, and in a private network."""

    def __init__(self, *, hosts: Sequence[str], most: int, patience: float, cache: int, pool: Pool) -> None:
        self._hosts = frozenset(map(ascii_host, hosts))
        self._most, self._patience, self._room = most, patience, cache
        self._pool = pool
        self._kept: OrderedDict[str, _File] = OrderedDict()
        self._coming: dict[str, _Coming] = {}
        self._turns: dict[str, anyio.CapacityLimiter] = {}  # of hosts that something is fetched from

    async def fetch(self, address: str) -> bytes:
        """The file, fetched once if several want it at the same time. While its server cannot be reached, one
        that is kept is better than none. Raises FetchError."""
        try:
            url = ascii_address(address)
        except ValueError:
            raise FetchError("the address is none") from None
        problem = FetchError(f"it took longer than {self._patience:g} s", passing=True)
        with anyio.move_on_after(self._patience):
            try:
                return await self._share(url)
            except FetchError as error:
                problem = error
        if problem.passing and (kept := self._kept.get(url)):
            return kept.data
        raise FetchError(f"{shown_address(url)}: {problem}")

    async def _share(self, url: str) -> bytes:
        while (kept := self._kept.get(url)) is None or kept.until <= anyio.current_time():
            coming = self._coming.get(url)
            if coming is None:
                return await self._fetch(url)
            await coming.over.wait()
            if coming.error is not None:
                raise FetchError(str(coming.error), passing=coming.error.passing)
            if coming.file is not None:
                own = coming.file.until == -inf
                return (await self._follow(url)).data if own else coming.file.data
        self._kept.move_to_end(url)
        return kept.data

    async def _fetch(self, url: str) -> bytes:
        coming = self._coming[url] = _Coming()
        try:
            coming.file = await self._follow(url)
        except FetchError as error:
            coming.error = error
            if not error.passing:
                self._kept.pop(url, None)
            raise
        finally:
            del self._coming[url]
            coming.over.set()
        self._keep(url, coming.file)
        return coming.file.data

    async def _follow(self, asked: str) -> _File:
        url, lasts = asked, LONGEST
        for _ in range(MOST_REDIRECTS + 1):
            try:
                async with self._turn(self._checked(url)), self._pool.request("GET", url, HEADERS) as answer:
                    lasts = min(lasts, _lasts(answer.headers.get("cache-control", "")))
                    if answer.status not in REDIRECTS:
                        data = await self._read(answer)
                        return _File(data, anyio.current_time() + lasts if lasts > 0 else -inf)
                    url = _redirected(url, answer.headers.get("location", ""))
            except PrivateAddressError as error:
                raise FetchError(error.detail) from None
            except HttpError as error:
                raise FetchError(f"the connection failed: {error.name}", passing=True) from None
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
            raise FetchError(f"the server answers {answer.status}", passing=answer.status >= 500)
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

    def _keep(self, url: str, file: _File) -> None:
        self._kept.pop(url, None)
        if file.until > -inf:
            self._kept[url] = file
        while sum(len(each.data) for each in self._kept.values()) > self._room:
            self._kept.popitem(last=False)


def _lasts(control: str) -> float:
    """Seconds that an answer with this `Cache-Control` may be given to others (RFC 9111); 0: not at all."""
    said = dict(re.findall(r"([a-z-]+)(?:\s*=\s*\"?(\d{1,9}))?", control.lower()))
    if {"no-store", "no-cache", "private"} & said.keys():
        return 0.0
    seconds = said.get("s-maxage") or said.get("max-age")
    return min(float(seconds), LONGEST) if seconds else USUAL


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
