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

from switchhook import Reception, ServerSettings, StartError

from . import tls
from .census import Census
from .connection import CLOSING, Connection
from .desk import Desk
from .door import Door
from .nonces import NonceCache, NonceStore
from .protocol import ServerSession
from .routing import Routes
from .settings import GenesysSettings, read_addresses
from .sockets import Socket, library, limited_to
from .upgrade import Gate

BACKLOG = 1024  # connections that the kernel keeps for us in a burst


class GenesysTransport:
    """`nonces`: a store that several processes share; by default each remembers its own."""

    def __init__(
        self, settings: GenesysSettings, server: ServerSettings, nonces: NonceStore | None = None
    ) -> None:
        self._settings, self._server = settings, server
        self._nonces = nonces if nonces is not None else NonceCache()
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
        return routes, Gate(self._settings, self._server, routes, self._nonces)

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
        desk = Desk(self._settings, routes, Census(self._settings.limits, reception), reception)
        async with self._listening(gate, desk, context) as server:
            task_status.started(self._urls(server, routes))
            if files and context:
                await tls.renew(context, files.certificate, files.key)
            await anyio.sleep_forever()

    @asynccontextmanager
    async def _listening(
        self, gate: Gate, desk: Desk, context: ssl.SSLContext | None
    ) -> AsyncIterator[Server]:
        try:
            server = await serve(
                partial(self._handle, desk),
                self._server.host,
                self._server.port,
                process_request=Door(gate, desk).answer,
                create_connection=limited_to(2 * self._server.max_calls + 200),
                ssl=context,
                compression=None,
                server_header=None,
                open_timeout=self._settings.limits.handshake,
                close_timeout=CLOSING,
                ping_interval=None,  # the protocol has pings of its own
                max_size=self._settings.limits.message,
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

    async def _handle(self, desk: Desk, connection: ServerConnection) -> None:
        socket = cast("Socket", connection)
        admitted = socket.admitted
        clock = asyncio.get_running_loop().time
        idle = self._settings.limits.idle
        session = ServerSession(admitted.session_id, admitted.organization_id, clock, idle)
        leg_id = admitted.session_id
        if leg_id in self._live:  # a client that repeats an id gets a call of its own all the same
            leg_id = f"{leg_id}.{secrets.token_hex(4)}"
        self._live.add(leg_id)
        with anyio.CancelScope() as scope:
            self._handlers.add(scope)
            try:
                desk.reception.measured("connections", 1, {})
                await Connection(leg_id, socket, session, desk).run()
            finally:
                desk.reception.measured("connections", -1, {})
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
