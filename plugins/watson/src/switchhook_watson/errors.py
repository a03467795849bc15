"""How a Watson service, or the way to it, can fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import anyio

from switchhook_http import RequestError

Problem = Literal["connect", "proxy", "tls", "no tls", "timeout", "status", "broken", "token", "garbage"]

WORDS: dict[str, str] = {
    "connect": "cannot connect",
    "proxy": "cannot connect",
    "tls": "TLS failed",
    "no tls": "TLS failed",
    "timeout": "no answer in time",
    "broken": "connection broke",
    "garbage": "unreadable answer",
}
LONGEST = 200  # characters of the service's own words


class WatsonError(RequestError):
    """`problem` "token": there is no access token, and `why` says which of the others stood in the way.

    `detail` is what the service or the network said, and may hold anything: it is for `check` and for
    debugging, never for the log of a call. `transaction` is the service's `x-global-transaction-id`, which
    IBM's support asks for.
    """

    problem: Problem

    def __init__(
        self,
        problem: Problem,
        *,
        why: Problem | None = None,
        status: int | None = None,
        retry_after: float | None = None,  # seconds
        transaction: str = "",
        detail: str = "",
    ) -> None:
        self.problem, self.why, self.status = problem, why, status
        self.retry_after, self.transaction, self.detail = retry_after, transaction[:100], detail[:LONGEST]
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """Fixed words for logs and records."""
        if self.problem == "token":
            return "no token: " + self._word(self.why or "garbage")
        return self._word(self.problem)

    def _word(self, problem: Problem) -> str:
        return f"status {self.status}" if problem == "status" else WORDS[problem]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises WatsonError when they are over."""
    with anyio.move_on_after(seconds) as scope:
        yield
    if scope.cancelled_caught:
        raise WatsonError("timeout")


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies beneath it, the system's own last: libraries wrap one another's."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        inner = inner.__cause__ or inner.__context__


def said_in(body: bytes) -> str:
    """The message in an error's body. It stands at one of four places, as in the SDK (ApiException)."""
    try:
        said = json.loads(body)
        errors = said.get("errors") or [{}]
        found = (
            errors[0].get("message") or said.get("error") or said.get("message") or said.get("errorMessage")
        )
    except (ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return ""
    return " ".join(found.split())[:LONGEST] if isinstance(found, str) else ""
