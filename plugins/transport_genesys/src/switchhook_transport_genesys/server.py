"""The transport: listens, lets connections in, and ends with them."""

from __future__ import annotations

import asyncio
import errno
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import anyio
import anyio.abc
from websockets.asyncio.server import Server, ServerConnection, serve

from switchhook import LegInfo, Reception, ServerSettings, StartError

from . import tls
from .callinfo import describe
from .connection import CLOSING, Connection
from .door import Door
from .nonces import NonceCache
from .protocol import MAX_RECEIVED, Open, ServerSession
from .routing import Routes
from .settings import GenesysSettings, read_addresses
from .sockets import Socket, library, limited_to
from .upgrade import Admitted, Gate

HANDSHAKE = 10.0  # seconds for a request to come and be answered
BACKLOG = 1024  # connections that the kernel keeps for us in a burst


class GenesysTransport:
    def __init__(self, settings: GenesysSettings, server: ServerSettings) -> None:
        self._settings, self._server = settings, server
        self._live: set[str] = set()  # ids of legs
        self._handlers: set[anyio.CancelScope] = set()

    @property
    def unsigned(self) -> list[str]:
        """Integrations that let somebody in without a signature."""
        integrations = self._settings.integrations.items()
        return [name for name, each in integrations if any(key.unsigned for key in each.keys)]

    def prepare(self, connectors: Mapping[str, Mapping[str, object]]) -> tuple[Routes, Gate]:
        """Raises SettingsError."""
        routes = Routes(self._server.public_url, read_addresses(connectors, self._settings))
        return routes, Gate(self._settings, self._server, routes, NonceCache())

    def certificate(self) -> ssl.SSLContext | None:
        """Raises StartError."""
        files = self._server.tls
        return tls.load(files.certificate, files.key) if files else None

    async def serve(
        self, reception: Reception, /, *, task_status: anyio.abc.TaskStatus[Sequence[str]]
    ) -> None:
        """Raises SettingsError and StartError before anything listens."""
        routes, gate = self.prepare(reception.connectors)
        context, files = self.certificate(), self._server.tls
        async with self._listening(routes, gate, reception, context) as server:
            task_status.started(self._urls(server, routes))
            if files and context:
                await tls.renew(context, files.certificate, files.key)
            await anyio.sleep_forever()

    @asynccontextmanager
    async def _listening(
        self, routes: Routes, gate: Gate, reception: Reception, context: ssl.SSLContext | None
    ) -> AsyncIterator[Server]:
        try:
            server = await serve(
                partial(self._handle, routes, reception),
                self._server.host,
                self._server.port,
                process_request=Door(gate, reception).answer,
                create_connection=limited_to(2 * self._server.max_calls + 200),
                ssl=context,
                compression=None,
                server_header=None,
                open_timeout=HANDSHAKE,
                close_timeout=CLOSING,
                ping_interval=None,  # the protocol has pings of its own
                max_size=MAX_RECEIVED,
                backlog=BACKLOG,
                logger=library,
            )
        except OSError as error:
            raise StartError(self._why_not(error)) from None
        try:
            yield server
        finally:
            with anyio.CancelScope(shield=True):
                await self._stop(server)

    async def _stop(self, server: Server) -> None:
        server.close()
        with anyio.move_on_after(2 * CLOSING):
            await server.wait_closed()
            return
        for scope in list(self._handlers):
            scope.cancel()
        for connection in list(server.all_connections):
            connection.transport.abort()
        with anyio.move_on_after(CLOSING):
            await server.wait_closed()

    async def _handle(self, routes: Routes, reception: Reception, connection: ServerConnection) -> None:
        socket = cast("Socket", connection)
        admitted = socket.admitted
        clock = asyncio.get_running_loop().time
        session = ServerSession(admitted.session_id, admitted.organization_id, clock)
        leg_id = admitted.session_id
        if leg_id in self._live:  # a client that repeats an id gets a call of its own all the same
            leg_id = f"{leg_id}.{secrets.token_hex(4)}"
        self._live.add(leg_id)
        identify = partial(_identify, leg_id, admitted, routes)
        with anyio.CancelScope() as scope:
            self._handlers.add(scope)
            try:
                await Connection(socket, session, identify, reception).run()
            finally:
                self._handlers.discard(scope)
                self._live.discard(leg_id)

    def _urls(self, server: Server, routes: Routes) -> list[str]:
        scheme = "wss" if self._server.tls else "ws"
        hosts = [socket.getsockname()[:2] for socket in server.sockets]
        return [
            f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{routes.prefix}/"
            for host, port in hosts
        ]

    def _why_not(self, error: OSError) -> str:
        host, port = self._server.host, self._server.port
        if error.errno == errno.EADDRINUSE:
            return f"port {port} on {host} is in use; stop the other program or set another [server] port"
        return f"cannot listen on port {port} of {host}: {error.strerror or error}"


def _identify(leg_id: str, admitted: Admitted, routes: Routes, opening: Open) -> LegInfo | str:
    found = routes.find(admitted.integration, admitted.place)
    return found if isinstance(found, str) else describe(leg_id, admitted, found, opening)
