"""How a request, or the way to its server, can fail."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import httpcore2

HttpProblem = Literal["connect", "proxy", "tls", "timeout", "broken", "garbage"]


class HttpError(Exception):
    """`detail` is what the network said, and may hold anything. `name`: the library's own for it."""

    def __init__(self, problem: HttpProblem, detail: str = "", name: str = "") -> None:
        self.problem, self.detail, self.name = problem, detail, name
        super().__init__(problem)


class PrivateAddressError(HttpError):
    """A name leads to no public address."""

    def __init__(self) -> None:
        super().__init__("connect", "the address is of a private network")


@contextmanager
def translated() -> Iterator[None]:
    """Raises HttpError for what the library raises."""
    try:
        yield
    except (httpcore2.ConnectTimeout, httpcore2.PoolTimeout) as error:
        raise HttpError("connect", "no connection in time", type(error).__name__) from None
    except httpcore2.TimeoutException as error:
        raise HttpError("timeout", "", type(error).__name__) from None
    except httpcore2.ConnectError as error:
        raise _unconnected(error) from None
    except httpcore2.ProxyError as error:
        raise HttpError("proxy", f"the proxy answers {error}", type(error).__name__) from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError) as error:
        raise HttpError("broken", type(error).__name__, type(error).__name__) from None


def _unconnected(error: BaseException) -> HttpError:
    *_, deepest = causes = list(_chain(error))
    name = type(error).__name__
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return HttpError("tls", getattr(cause, "verify_message", "") or str(cause), name)
    return HttpError("connect", str(deepest), name)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies beneath it, the system's own last: libraries wrap one another's."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        inner = inner.__cause__ or inner.__context__
