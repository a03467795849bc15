"""Requests come in, are looked at, and handed to their service."""

from __future__ import annotations

import json
import socket
from asyncio import BaseTransport
from asyncio.trsock import TransportSocket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
from aiohttp import web

from .answers import HttpAnswer, Refusal, refuse
from .behaviour import Behaviour, Exchange, ServiceName
from .identity import Identity
from .seen import Seen, keep
from .sending import interrupt, send

HttpHandler = Callable[[web.Request, Any], Awaitable[HttpAnswer]]
SocketHandler = Callable[[web.Request, Exchange], Awaitable[web.StreamResponse]]


class Doors:
    """The sockets of all connections. TLS would wait for each client's goodbye, and some have gone."""

    def __init__(self) -> None:
        self._open: set[TransportSocket] = set()

    def add(self, transport: BaseTransport | None) -> None:
        if transport is None or transport.is_closing():
            return
        if len(self._open) > 1000:
            self._forget_closed()
        if found := transport.get_extra_info("socket"):
            self._open.add(found)

    async def shut(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for _ in range(100):
            self._forget_closed()
            if not self._open:
                return
            await anyio.sleep(0.001)

    def _forget_closed(self) -> None:
        self._open = {each for each in self._open if each.fileno() >= 0}


@dataclass
class Site:
    """What all services share."""

    behaviour: Behaviour
    identity: Identity
    app: web.Application
    log: list[Seen] = field(default_factory=list)
    doors: Doors = field(default_factory=Doors)

    def answer(self, method: str, path: str, service: ServiceName, handler: HttpHandler) -> None:
        """The handler is given the body: JSON, a form's fields, or bytes. It may raise Refusal."""

        async def serve(request: web.Request) -> web.StreamResponse:
            exchange = self.behaviour.take(service, request.path)
            body = await _body(request)
            self._see(service, request, body)
            early = await interrupt(request, service, exchange.due("connect"))
            try:
                if early is None:
                    self._admit(service, request)
                answer = early or await handler(request, body)
                return await send(request, exchange, answer)
            except Refusal as refusal:
                return await send(request, exchange, refuse(service, refusal))

        self.app.router.add_route(method, path, serve)

    def upgrade(self, path: str, service: ServiceName, handler: SocketHandler, plain: HttpHandler) -> None:
        """GET: a WebSocket's beginning goes to `handler`, another request to `plain`."""

        async def serve(request: web.Request) -> web.StreamResponse:
            exchange = self.behaviour.take(service, request.path)
            self._see(service, request, None)
            wanted = request.headers.get("Upgrade", "").lower() == "websocket"
            answer = await interrupt(request, service, exchange.due("connect"))
            try:
                if answer is None:
                    self._admit(service, request)
                    if wanted:
                        return await handler(request, exchange)
                return await send(request, exchange, answer or await plain(request, None))
            except Refusal as refusal:
                return await send(request, exchange, refuse(service, refusal))

        self.app.router.add_get(path, serve)

    def told(self, service: ServiceName, request: web.Request, message: Any) -> None:
        """A message on a WebSocket."""
        keep(self.log, Seen(service, "MESSAGE", request.path, body=message))

    def _see(self, service: ServiceName, request: web.Request, body: Any) -> None:
        self.doors.add(request.transport)
        headers = {name.lower(): value for name, value in request.headers.items()}
        keep(self.log, Seen(service, request.method, request.path, dict(request.query), headers, body))

    def _admit(self, service: ServiceName, request: web.Request) -> None:
        authorization = request.headers.get("Authorization", "")
        if service != "iam" and not self.identity.admits(authorization, request.query.get("access_token")):
            raise Refusal(401, "Unauthorized")


async def _body(request: web.Request) -> Any:
    kind = request.content_type
    if kind == "application/x-www-form-urlencoded":
        return dict(await request.post())
    body = await request.read()
    if kind != "application/json":
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body
