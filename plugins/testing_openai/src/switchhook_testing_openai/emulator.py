"""The service on a port of this machine. For asyncio."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import anyio
from aiohttp import web

from . import events
from .behaviour import Fault, take
from .checking import Refusal, checked, error
from .model import Answer, Asked, Json, Model

PATHS = "/v1/chat/completions", "/openai/deployments/{deployment}/chat/completions"
GRANT = "urn:ibm:params:oauth:grant-type:apikey"
LARGEST = 10_000_000  # bytes of a request
PAGE = "<html><body>Please log in to the network.</body></html>"
HUGE = 10_000_000  # bytes of an event
ALIVE = 0.02  # seconds between comments


@dataclass
class Emulated:
    """Where it is, what it was asked, and what befalls the next requests. `open`: requests that are being
    answered; `left`: those whose client went away before their end. `tokens`: that were given for the key at
    `iam_url`, each good for `lifetime` seconds as it says, and as long as it stands in the list."""

    url: str
    api_key: str
    model: Model
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    open: int = 0
    left: int = 0
    tokens: list[str] = field(default_factory=list)
    lifetime: float = 3600.0

    @property
    def iam_url(self) -> str:
        return f"{self.origin}/identity/token"

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/v1")


@asynccontextmanager
async def emulate(
    model: Model, *, host: str = "127.0.0.1", port: int = 0, api_key: str = "emulated-key"
) -> AsyncIterator[Emulated]:
    """`model` answers each request."""
    emulated = Emulated("", api_key, model)
    app = web.Application(client_max_size=LARGEST)
    for path in PATHS:
        app.router.add_post(path, _Service(emulated).complete)
    app.router.add_post("/identity/token", _Service(emulated).give_token)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        emulated.url = f"http://{host}:{runner.addresses[0][1]}/v1"
        yield emulated
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()


class _Service:
    def __init__(self, emulated: Emulated) -> None:
        self._emulated = emulated

    async def complete(self, request: web.Request) -> web.StreamResponse:
        self._emulated.open += 1
        try:
            return await self._complete(request)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        except BaseException:
            self._emulated.left += 1
            raise
        finally:
            self._emulated.open -= 1

    async def give_token(self, request: web.Request) -> web.StreamResponse:
        """As IAM does it."""
        form = await request.post()
        if form.get("apikey") != self._emulated.api_key or form.get("grant_type") != GRANT:
            told = {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."}
            return web.json_response(told, status=400)
        self._emulated.tokens.append(uuid4().hex)
        given = {"access_token": self._emulated.tokens[-1], "expires_in": self._emulated.lifetime}
        return web.json_response({**given, "token_type": "Bearer"})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self._admit(request)
        body = checked(await _json(request))
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(body, headers, request.path, dict(request.query))
        self._emulated.asked.append(asked)
        fault = take(self._emulated.faults)
        if fault is not None and not fault.after and (early := await _early(request, fault)):
            return early
        answer = self._emulated.model(asked)
        answer = Answer(answer) if isinstance(answer, str) else answer
        if not body.get("stream"):
            return web.json_response(events.whole(asked, answer))
        return await _stream(request, asked, answer, fault)

    def _admit(self, request: web.Request) -> None:
        key = request.headers.get("api-key") or request.headers.get("Authorization", "").removeprefix(
            "Bearer "
        )
        if key not in (self._emulated.api_key, *self._emulated.tokens):
            raise Refusal(401, "Incorrect API key provided", "invalid_api_key")


async def _json(request: web.Request) -> Json | None:
    try:
        body = await request.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


async def _early(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """The answer instead; None: it begins as usual."""
    match fault.kind:
        case "status":
            kind = "server_error" if fault.status >= 500 else "invalid_request_error"
            body = error("wanted by the test", fault.code, kind)
            return web.json_response(body, status=fault.status, headers=fault.headers)
        case "html":
            return web.Response(text=PAGE, content_type="text/html")
        case "hang":
            await anyio.sleep_forever()
        case "reset" | "close":
            await _end_connection(request, reset=fault.kind == "reset")
    return None


async def _stream(
    request: web.Request, asked: Asked, answer: Answer, fault: Fault | None
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    sent = 0
    for part in events.stream(asked, answer):
        if fault is not None and sent == fault.after:
            await _befall(request, response, asked, fault)
            if fault.kind != "garbage":
                break
        if isinstance(part, bytes):
            sent += 1
            await response.write(part)
        else:
            await anyio.sleep(part)
    await response.write_eof()
    return response


async def _befall(request: web.Request, response: web.StreamResponse, asked: Asked, fault: Fault) -> None:
    match fault.kind:
        case "hang":
            await anyio.sleep_forever()
        case "reset" | "close":
            await _end_connection(request, reset=fault.kind == "reset")
        case "garbage":
            await response.write(b"data: {this is no JSON\n\n")
        case "html":
            await response.write(PAGE.encode())
        case "error" | "status":
            await response.write(events.event(error("wanted by the test", fault.code, "server_error")))
        case "mute":
            await response.write(events.ended(asked, fault.code))
        case "huge":
            await response.write(events.word(asked, "x" * HUGE))
        case "silent" | "endless":
            again = b": alive\n\n" if fault.kind == "silent" else events.word(asked, " and so on")
            while True:
                await response.write(again)
                await anyio.sleep(ALIVE if fault.kind == "silent" else 0)


async def _end_connection(request: web.Request, *, reset: bool) -> None:
    """Never returns: the server cancels the handler when its connection is gone."""
    transport = request.transport
    if transport is not None:
        if reset and (peer := transport.get_extra_info("socket")) is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        (transport.abort if reset else transport.close)()
    await anyio.sleep_forever()
