"""HTTP to one service: pooled connections that are kept, bounded answers, errors by kind."""

from __future__ import annotations

import json as json_module
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    aclosing,
    asynccontextmanager,
    contextmanager,
)
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpcore2

from .errors import WatsonError, chain, said_in
from .network import Network
from .proxies import for_http, proxy_of

CONNECTIONS = 1000
KEPT = 100  # of them, when idle
KEPT_FOR = 30.0  # seconds: between two turns of a call, as a new connection costs two round trips or more
ERROR_BODY = 64 * 1024  # bytes read of one
NOTHING: Mapping[str, str] = MappingProxyType({})

Authorization = Callable[[], Awaitable[Mapping[str, str]]]


class Timeouts(NamedTuple):
    """Seconds: until there is a connection, and until the first or the next piece of the answer."""

    connect: float = 3.0
    read: float = 10.0


PATIENT = Timeouts()


class HttpReply:
    def __init__(self, response: httpcore2.Response) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
        }
        self._response = response

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it arrives; once. Raises WatsonError."""
        with _translated():
            async with aclosing(self._response.aiter_stream()) as stream:
                async for chunk in stream:
                    yield chunk

    async def read(self, limit: int) -> bytes:
        """The whole body, of at most `limit` bytes. Raises WatsonError."""
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                raise WatsonError("garbage", detail=f"an answer of more than {limit} bytes")
        return bytes(body)

    async def error(self) -> WatsonError:
        """What this answer is where another status was expected. It reads what the service says."""
        try:
            said = said_in(await self.read(ERROR_BODY))
        except WatsonError:
            said = ""
        after = self.headers.get("retry-after", "")
        return WatsonError(
            "status",
            status=self.status,
            retry_after=float(after) if after.isdecimal() else None,
            transaction=self.headers.get("x-global-transaction-id", ""),
            detail=said,
        )


class HttpClient:
    """Requests of one service. Belongs to the event loop of its first request; retries nothing."""

    def __init__(
        self, url: str, context: ssl.SSLContext, headers: Mapping[str, str], authorization: Authorization
    ) -> None:
        self._url, self._authorization, self._context = url, authorization, context
        self._headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "switchhook",
            **_lower(headers),
        }
        self._network, self.proxy = Network(), proxy_of(url)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            proxy=for_http(self.proxy),
            max_connections=CONNECTIONS,
            max_keepalive_connections=KEPT,
            keepalive_expiry=KEPT_FOR,
            network_backend=self._network,
        )

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
        return self._request(method, url, sent, body, timeouts)

    @asynccontextmanager
    async def _request(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, timeouts: Timeouts
    ) -> AsyncIterator[HttpReply]:
        headers.update(await self._authorization())
        patience = {
            "connect": timeouts.connect,
            "pool": timeouts.connect,
            "write": timeouts.read,
            "read": timeouts.read,
        }
        async with AsyncExitStack() as stack:
            with _translated():
                asked = self._pool.stream(
                    method, url, headers=list(headers.items()), content=body, extensions={"timeout": patience}
                )
                response = await stack.enter_async_context(asked)
            yield HttpReply(response)

    async def prepare(self) -> None:
        """Has a connection ready for the next request that finds none in the pool; not where a proxy is in
        between. Raises WatsonError."""
        address = urlsplit(self._url)
        if self.proxy is None:
            secure = address.scheme == "https"
            port, context = address.port or (443 if secure else 80), self._context if secure else None
            with _translated():
                await self._network.prepare(address.hostname or "", port, context, PATIENT.connect)

    async def aclose(self) -> None:
        await self._network.aclose()
        await self._pool.aclose()


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    """So that a request's own header takes the place of ours, however it is written."""
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (httpcore2.ConnectTimeout, httpcore2.PoolTimeout):
        raise WatsonError("connect", detail="no connection in time") from None
    except httpcore2.TimeoutException:
        raise WatsonError("timeout") from None
    except httpcore2.ConnectError as error:
        raise _unconnected(error) from None
    except httpcore2.ProxyError as error:
        raise WatsonError("connect", detail=f"the proxy answers {error}") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError) as error:
        raise WatsonError("broken", detail=type(error).__name__) from None


def _unconnected(error: BaseException) -> WatsonError:
    *_, deepest = causes = list(chain(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return WatsonError("tls", detail=getattr(cause, "verify_message", "") or str(cause))
    return WatsonError("connect", detail=str(deepest))
