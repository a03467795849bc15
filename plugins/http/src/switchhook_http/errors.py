"""How a request, or the way to its server, can fail."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import ClassVar, Literal, Self

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from switchhook import AssistantError

from .again import RequestError

HttpProblem = Literal["connect", "proxy", "tls", "no tls", "timeout", "broken", "garbage", "status"]

REASONS = {
    "connect": "cannot connect",
    "proxy": "cannot connect",
    "tls": "TLS failed",
    "no tls": "TLS failed",
    "timeout": "no answer in time",
    "broken": "connection broke",
    "garbage": "unreadable answer",
}
CURES = {
    "connect": "look at the address, at DNS, at the firewall, and at HTTPS_PROXY if the network has a proxy",
    "proxy": "look at HTTPS_PROXY and NO_PROXY",
    "tls": "if a proxy or a private authority signed the certificate, name that authority's PEM file in `ca`",
    "no tls": "what listens there speaks no TLS: look at the port, and at https://, which may have to be http://",
    "timeout": "the service is slow or busy; `timeout` says how long it is waited for",
    "broken": "try again; a proxy or a firewall may be cutting the connection, or https:// is wanted there",
}
CURES_BY_STATUS = {  # a hundred stands for all that begin with its digit
    300: "it has moved, and no redirection is followed: name the address that it moved to",
    407: "the proxy wants a name and a password: HTTPS_PROXY takes both: NAME:PASSWORD@HOST",
    408: "try again: it has waited for the request in vain",
    429: "too many requests: wait, or ask for a higher limit",
    400: "it does not accept what was asked: what it says in brackets names the cause, if it says anything",
}
ELSE = "wait, and look at the service's status page or log"
NO_TLS = "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"
SAID = 200  # characters of the service's own words


class HttpError(RequestError):
    """`detail` is what the network or, with a status, the service said, and may hold anything. `name`: the
    library's own for it. `retry_after`: seconds that the service asks for. `at`: the address that was asked,
    as people may see it, where that is known."""

    at = ""
    problem: HttpProblem
    status: int

    def __init__(
        self,
        problem: HttpProblem,
        detail: str = "",
        name: str = "",
        *,
        status: int = 0,
        retry_after: float | None = None,
    ) -> None:
        self.problem, self.detail, self.name = problem, detail, name
        self.status, self.retry_after = status, retry_after
        super().__init__(problem)


class ServiceError(AssistantError):
    """The base of an assistant's: what its service has failed at, and what a person does about it. `problem`:
    its kind. `detail` may hold anything: it is in the message, for `check`, and never in `reason`. `at`: the
    address that was asked. `by_status`: cures; a hundred stands for all that begin with its digit."""

    service = "the service"
    reasons: ClassVar[Mapping[str, str]] = REASONS
    cures: ClassVar[Mapping[str, str]] = CURES
    by_status: ClassVar[Mapping[int, str]] = MappingProxyType({})

    def __init__(self, problem: str, detail: str = "", *, status: int = 0, at: str = "") -> None:
        self.problem, self.status = problem, status
        reason = f"status {status}" if problem == "status" else self.reasons.get(problem, problem)
        told = f" ({' '.join(detail.split())[:SAID]})" if detail else ""
        where = f" at {at}" if at else ""
        cure = self.cures.get(problem) or self._cure_of(status)
        super().__init__(f"{self.service}{where}: {reason}{told}; {cure}", reason=reason)

    def _cure_of(self, status: int) -> str:
        """The status itself says more than that it is one of a hundred."""
        hundred = status // 100 * 100
        told = (table.get(each) for each in (status, hundred) for table in (self.by_status, CURES_BY_STATUS))
        return next(filter(None, told), ELSE)

    @classmethod
    def of(cls, error: HttpError) -> Self:
        return cls(error.problem, error.detail, status=error.status, at=error.at)

    @classmethod
    @contextmanager
    def translated(cls) -> Iterator[None]:
        """Raises this error for HttpError."""
        try:
            yield
        except HttpError as error:
            raise cls.of(error) from None


class PrivateAddressError(HttpError):
    """A name leads to no public address."""

    def __init__(self) -> None:
        super().__init__("connect", "the address is of a private network")


class _Translated:
    """Raises HttpError for what the library raises. No generator: every request comes past several times."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and (told := _told(error)) is not None:
            raise told from None


translated = _Translated()


def _told(error: BaseException) -> HttpError | None:
    name = type(error).__name__
    match error:
        case aiohttp.ConnectionTimeoutError():
            return HttpError("connect", "no connection in time", name)
        case TimeoutError():
            return HttpError("timeout", "", name)
        case aiohttp.ClientConnectorError():
            return _unconnected(error)
        case aiohttp.ClientHttpProxyError():
            return HttpError("proxy", f"the proxy answers {error.status} {error.message}", name)
        case aiohttp.ClientError() | HttpProcessingError() | OSError():
            return HttpError("broken", name, name)
        case _:
            return None


def _unconnected(error: aiohttp.ClientConnectorError) -> HttpError:
    *_, deepest = causes = list(_chain(error.__cause__ or error))
    name = type(error).__name__
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            if cause.reason in NO_TLS:
                return HttpError("no tls", "", name)
            return HttpError("tls", getattr(cause, "verify_message", "") or str(cause), name)
    return HttpError("connect", str(deepest), name)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies beneath it, the system's own last: libraries wrap one another's."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        inner = inner.__cause__ or inner.__context__
