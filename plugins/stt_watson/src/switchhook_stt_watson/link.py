"""One connection to the service: how it is made, and whether there is still somebody at its other end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from math import inf
from typing import Protocol

from switchhook_http import call_headers
from switchhook_watson import Service, WatsonError, within
from switchhook_websocket import ClientSocket, ConnectError, Limits, connect

PATH = "/v1/recognize"
OPENING = 2.0  # seconds, with the token: a call has other engines to try
AGAIN = 1.2  # likewise, where there was a connection just before: its caller waits already
LIMITS = Limits(message=1_048_576, handshake=OPENING, closing=0.5, stalled=5.0, unconfirmed=1.0)
SELDOM = 10  # beats between pings while all is well
PROVED = 4  # pings answered one after the other, after which all is well
SILENT = 2  # beats without an answer to pings, after which nobody is there
TRANSACTION = ("x-global-transaction-id", "x-dp-watson-tran-id")  # IBM's support asks for them


class Listener(Protocol):
    """It is told which link it is, so that it knows what still comes from an old one."""

    def said(self, link: Link, text: str, /) -> None: ...
    def ready(self, link: Link, /) -> None: ...
    def lost(self, link: Link, why: str, /) -> None: ...


class Link:
    """The handler of its socket."""

    socket: ClientSocket  # once it is attached

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._received = self._quiet = self._since = self._proved = 0
        self._looked_at = inf
        self._asked = False  # a ping is out, and nothing came since
        self._doubted = False
        self.attached = False
        self.transactions: dict[str, str] = {}

    def attach(self, socket: ClientSocket) -> None:
        self.socket, self.attached = socket, True
        self.transactions = {
            name: socket.answered[name][:100] for name in TRANSACTION if name in socket.answered
        }

    def is_alive(self, now: float, beat: float, *, doubted: bool) -> bool:
        """Asked once a `beat` (seconds). The operating system notices a connection that is cut while audio
        goes out; a ping finds what it cannot see, for instance behind a proxy, and costs as much as three
        frames. So a few go out when an answer is due (`doubted`) and when words came, and otherwise one now
        and then."""
        came = self.socket.received != self._received
        # if this process was busy itself, it could not hear anything
        if came or now - self._looked_at > 2 * beat:
            self._proved += self._asked
            self._asked, self._quiet = False, 0
        elif self._asked:
            self._quiet += 1
        self._received, self._looked_at = self.socket.received, now
        if doubted and not self._doubted:
            self._proved = 0
        self._doubted = doubted
        self._since += 1
        if self._asked or self._proved < PROVED or self._since >= SELDOM:
            self._asked, self._since = True, 0
            self.socket.ping()
        return self._quiet < SILENT

    def abort(self) -> None:
        if self.attached:
            self.socket.abort()

    # --- Called by the socket

    def text(self, message: str, /) -> None:
        self._proved = 0
        self._listener.said(self, message)

    def binary(self, _message: bytes, /) -> None:
        self._listener.said(self, "")  # the service sends none

    def writable(self) -> None:
        self._listener.ready(self)

    def lost(self, why: str, /) -> None:
        self._listener.lost(self, why)


@asynccontextmanager
async def dial(
    service: Service, query: Mapping[str, str], link: Link, patience: float
) -> AsyncIterator[None]:
    """Raises WatsonError, at the latest after `patience` seconds."""
    async with AsyncExitStack() as stack:
        with within(patience):
            link.attach(await _connect(service, query, link, stack))
        yield


async def _connect(
    service: Service, query: Mapping[str, str], link: Link, stack: AsyncExitStack
) -> ClientSocket:
    url = service.socket_url(PATH, query)
    for last in (False, True):
        headers = {**call_headers.get(), **service.headers, **await service.authorization()}
        connection = connect(
            url, link, headers=headers.items(), limits=LIMITS, context=service.ssl, proxy=service.proxy
        )
        try:
            return await stack.enter_async_context(connection)
        except ConnectError as error:
            if error.status != 401 or last:
                raise _translated(error) from None
            service.refused()
    raise AssertionError  # for mypy: the second time returns or raises


def _translated(error: ConnectError) -> WatsonError:
    match error.problem:
        case "status":
            return WatsonError("status", status=error.status)
        case "timeout":
            return WatsonError("timeout")
        case "connect" | "proxy" | "tls" as problem:
            return WatsonError(problem, detail=str(error))
        case "url" | "garbage" | "broken":
            return WatsonError("broken", detail=str(error))
