"""HTTP to one service: its address and headers, and errors as Watson's."""

from __future__ import annotations

import json as json_module
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from switchhook_http import (
    Client,
    Events,
    HttpError,
    Reply,
    Timeouts,
    json_in,
    json_object,
    seconds_in,
)

from .errors import WatsonError, said_in

ERROR_BODY = 64 * 1024  # bytes read of one
NOTHING: Mapping[str, str] = MappingProxyType({})

Authorization = Callable[[], Awaitable[Mapping[str, str]]]

PATIENT = Timeouts()


class HttpReply:
    """`kind`: its media type, in lower case and without parameters."""

    def __init__(self, reply: Reply) -> None:
        self.status, self.headers, self.kind, self._reply = reply.status, reply.headers, reply.kind, reply

    async def expect(self, *statuses: int) -> None:
        """Raises WatsonError for another status."""
        if self.status not in statuses:
            raise await self.error()

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it arrives; once. Raises WatsonError."""
        with _translated:
            async with aclosing(self._reply.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def events(self, limit: int, longest: float) -> AsyncGenerator[Any]:
        """The JSON of each, as they arrive; of at most `limit` bytes and `longest` seconds; once. Raises
        WatsonError."""
        with _translated:
            async with aclosing(self._reply.parts(Events(), limit, longest)) as events:
                async for event in events:
                    yield json_in(event)

    async def read(self, limit: int) -> bytes:
        """The whole body, of at most `limit` bytes. Raises WatsonError."""
        with _translated:
            return await self._reply.read(limit)

    async def object(self, limit: int) -> dict[str, Any]:
        """The JSON of the whole body, of at most `limit` bytes. Raises WatsonError."""
        with _translated:
            return json_object(await self._reply.read(limit))

    async def error(self) -> WatsonError:
        """What this answer is where another status was expected. It reads what the service says."""
        try:
            said = said_in(await self.read(ERROR_BODY))
        except WatsonError:
            said = ""
        return WatsonError(
            "status",
            status=self.status,
            retry_after=seconds_in(self.headers.get("retry-after", "")),
            transaction=self.headers.get("x-global-transaction-id", ""),
            detail=said,
        )


class HttpClient:
    """Requests of one service. Belongs to the event loop of its first request; retries nothing."""

    def __init__(
        self,
        url: str,
        context: ssl.SSLContext,
        headers: Mapping[str, str],
        authorization: Authorization,
        refused: Callable[[], None],
    ) -> None:
        """`refused` is told of each answer 401."""
        self._url, self._authorization, self._refused = url, authorization, refused
        self._headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "switchhook",
            **_lower(headers),
        }
        self._client = Client(url, context)

    @property
    def proxy(self) -> str | None:
        return self._client.proxy

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
        json: Any = None,
        timeouts: Timeouts = PATIENT,
    ) -> AbstractAsyncContextManager[HttpReply]:
        """Any status is an answer. Leaving before its end cancels it. Raises WatsonError."""
        url = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        sent = {**self._headers, **_lower(headers)}
        body = None
        if json is not None:
            sent["content-type"] = "application/json"
            body = json_module.dumps(json).encode()
        request = _Request(method, url, sent, body, timeouts)
        return _Asked(self._client, self._authorization, self._refused, request)

    async def prepare(self) -> None:
        """Has a connection ready for the next request that finds none in the pool; not where a proxy is in
        between. Raises WatsonError."""
        with _translated:
            await self._client.prepare()

    async def aclose(self) -> None:
        await self._client.aclose()


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    """So that a request's own header takes the place of ours, however it is written."""
    return {name.lower(): value for name, value in headers.items()}


class _Request(NamedTuple):
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    timeouts: Timeouts


class _Asked(AbstractAsyncContextManager[HttpReply]):
    """A request that is made when it is entered."""

    def __init__(
        self, client: Client, authorization: Authorization, refused: Callable[[], None], request: _Request
    ) -> None:
        self._client, self._authorization = client, authorization
        self._refused, self._request = refused, request

    async def __aenter__(self) -> HttpReply:
        self._request.headers.update(await self._authorization())
        self._asked = self._client.request(*self._request)
        with _translated:
            reply = HttpReply(await self._asked.__aenter__())
        if reply.status == 401:
            self._refused()
        return reply

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None:
        return await self._asked.__aexit__(kind, error, trace)


class _Translated:
    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, HttpError):
            raise WatsonError(error.problem, detail=error.detail) from None


_translated = _Translated()
