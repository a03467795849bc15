"""A call over a real socket: the signed upgrade, how it may fail, and the two tasks of a call."""

from __future__ import annotations

import base64
import secrets
import ssl
import time
import uuid
from typing import TYPE_CHECKING, Any

import anyio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from switchhook_audiohook.protocol.reading import MAX_RECEIVED
from switchhook_audiohook.signature import UpgradeRequest, sign

from .talk import Talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup
    from websockets.asyncio.client import ClientConnection

    from .caller import Event
    from .plan import CallResult, Heard, Plan, Target

CONNECT_WITHIN = 10.0  # seconds
HINTS = {
    401: "; check the API key, the client secret, the clocks, and the host in public_url",
    404: "; check the path: base URI and Bot Connector ID",
    503: "; the server is full or shutting down",
}
NO_TLS = "the port speaks no TLS; try ws:// in place of wss://, or reach it through what ends TLS"
NO_ANSWER = "it closed the connection without an answer; does it speak TLS? ws:// and wss:// are not the same"
NOBODY_LISTENS = "; is switchhook serve running, and has it said that it is listening?"


async def call(
    plan: Plan,
    target: Target,
    *,
    observe: Callable[[Event], None] = lambda _: None,
    hang_up: anyio.Event | None = None,
) -> CallResult:
    """One call, to its end, however it ends. `observe` is told what happens, as it happens; `hang_up` set
    by another task ends the call politely. Runs on asyncio."""
    start = time.monotonic()
    talk = Talk(plan, lambda: time.monotonic() - start, observe)
    result = talk.result
    try:
        async with connect(target.url, **_options(target, talk)) as socket:
            await _Connection(talk, socket, plan).run(hang_up or anyio.Event())
    except InvalidStatus as error:
        response = error.response
        hint = HINTS.get(response.status_code, "")
        result.ending = "refused"
        result.detail = f"the server answered {response.status_code} {response.reason_phrase}{hint}"
    except (InvalidHandshake, InvalidURI, OSError, EOFError) as error:
        result.ending, result.detail = "refused", f"cannot connect to {target.url}: {_why(error)}"
    result.seconds = time.monotonic() - start
    return result


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return f"{error}{NOBODY_LISTENS}"
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return NO_TLS
    said = str(error) or type(error).__name__
    return f"{NO_ANSWER} ({said})" if isinstance(error, EOFError | ConnectionResetError) else said


def _options(target: Target, talk: Talk) -> dict[str, Any]:
    options: dict[str, Any] = {
        "additional_headers": _headers(target, talk),
        "user_agent_header": "switchhook-dial",
        "compression": None,
        "open_timeout": CONNECT_WITHIN,
        "ping_interval": None,  # AudioHook has pings of its own
        "close_timeout": 2,
        "max_size": MAX_RECEIVED,
    }
    if target.tls is not None:
        options["ssl"] = target.tls
    if target.address is not None:
        # our own server is beside us: no proxy that the environment names
        options |= {"host": target.address[0], "port": target.address[1], "proxy": None}
    return options


def _headers(target: Target, talk: Talk) -> list[tuple[str, str]]:
    headers = [
        ("Audiohook-Organization-Id", talk.organization_id),
        ("Audiohook-Session-Id", talk.session_id),
        ("Audiohook-Correlation-Id", str(uuid.uuid4())),
        ("Audiohook-Retry-Attempt", "0"),
    ]
    request = UpgradeRequest("GET", target.request_target, target.authority, headers)
    nonce = base64.b64encode(secrets.token_bytes(18)).decode("ascii")
    return [*headers, *sign(request, target.api_key, target.secret, time.time(), nonce)]


class _Connection:
    def __init__(self, talk: Talk, socket: ClientConnection, plan: Plan) -> None:
        self._talk, self._socket, self._goes_on = talk, socket, plan.goes_on
        self._sending, self._changed = anyio.Lock(), anyio.Event()

    async def run(self, hang_up: anyio.Event) -> None:
        self._talk.start()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._wait_for, hang_up)
            tasks.start_soon(self._keep_time, tasks)
            await self._read()
            tasks.cancel_scope.cancel()

    async def _read(self) -> None:
        cause = "the server closed the connection without a disconnect"
        try:
            async for message in self._socket:
                self._talk.receive(message)
                self._changed.set()
                await self._flush()
                if self._talk.over:
                    return
        except ConnectionClosed as error:
            cause = f"the connection broke: {error}"
        self._talk.lost(cause)

    async def _keep_time(self, tasks: TaskGroup) -> None:
        while not self._talk.over:
            self._talk.act()
            if self._talk.asking is not None:
                tasks.start_soon(self._think, self._talk.asking)
                self._talk.asking = None
            await self._flush()
            self._changed = anyio.Event()
            with anyio.move_on_at(anyio.current_time() + self._talk.remaining()):
                await self._changed.wait()
        await self._socket.close()  # which ends the reader, when the server does not

    async def _think(self, heard: Heard) -> None:
        assert self._goes_on is not None  # noqa: S101  # else it asks nobody
        self._talk.go_on(await self._goes_on(heard))
        self._changed.set()

    async def _wait_for(self, hang_up: anyio.Event) -> None:
        await hang_up.wait()
        self._talk.hang_up("interrupted", "the caller was told to hang up")
        self._changed.set()

    async def _flush(self) -> None:
        # one writer at a time: what one task has taken goes out before what the other takes
        async with self._sending:
            try:
                for data in self._talk.to_send():
                    await self._socket.send(data)
            except ConnectionClosed:
                return  # the reader sees it too, and says why
