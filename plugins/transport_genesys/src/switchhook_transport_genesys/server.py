"""The transport: listens, lets connections in, and ends with them."""

from __future__ import annotations

import asyncio
import errno
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import anyio
import anyio.abc

from switchhook import Reception, ServerSettings, StartError
from switchhook_audiohook.nonces import NonceCache, NonceStore
from switchhook_audiohook.protocol import ServerSession
from switchhook_audiohook.settings import GenesysSettings, read_addresses
from switchhook_websocket import Limits, Listening, Request, Response, Serve, ServerSocket, listen

from . import tls
from .admission import Admission
from .census import Census
from .connection import CLOSING, Connection
from .door import Door
from .routing import Routes
from .upgrade import Admitted, Gate

SOCKETS_A_CALL, MORE_SOCKETS = 2, 200  # probes, and calls that are turned away politely, have some too
STALLED = 10.0  # seconds that a peer may leave unread what we wrote


class GenesysTransport:
    """`nonces`: a store that several processes share; by default each remembers its own."""

    def __init__(
        self, settings: GenesysSettings, server: ServerSettings, nonces: NonceStore | None = None
    ) -> None:
        self._settings, self._server = settings, server
        self._nonces = nonces if nonces is not None else NonceCache()
        self._live: set[str] = set()  # ids of legs

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
        admission = Admission(self._settings, routes, Census(self._settings.limits, reception), reception)
        async with self._listening(Door(gate, admission), admission, context) as listening:
            task_status.started(self._urls(listening, routes))
            if files and context:
                await tls.renew(context, files.certificate, files.key)
            await anyio.sleep_forever()

    @asynccontextmanager
    async def _listening(
        self, door: Door, admission: Admission, context: ssl.SSLContext | None
    ) -> AsyncIterator[Listening]:
        own = self._settings.limits
        limits = Limits(
            own.message,
            own.handshake,
            CLOSING,
            STALLED,
            connections=SOCKETS_A_CALL * self._server.max_calls + MORE_SOCKETS,
            waiting=own.waiting,
            per_host=own.per_host,
        )
        answer = partial(self._answer, door, admission)
        listening = listen(
            answer,
            self._server.host,
            self._server.port,
            limits=limits,
            context=context,
            too_large=door.too_large,
            unlimited=door.gate.trusts,
            limited=lambda limit: admission.reception.measured("limit_hits", 1, {"limit": limit}),
        )
        async with AsyncExitStack() as stack:
            stack.callback(door.left_out.tell)
            try:
                entered = await stack.enter_async_context(listening)
            except OSError as error:
                raise StartError(self._why_not(error)) from None
            yield entered

    async def _answer(
        self, door: Door, admission: Admission, socket: ServerSocket, request: Request
    ) -> Response | Serve:
        judged = await door.answer(socket, request)
        return judged if isinstance(judged, Response) else partial(self._handle, admission, judged)

    async def _handle(self, admission: Admission, admitted: Admitted, socket: ServerSocket) -> None:
        clock = asyncio.get_running_loop().time
        idle = self._settings.limits.idle
        session = ServerSession(admitted.session_id, admitted.organization_id, clock, idle)
        leg_id = admitted.session_id
        if leg_id in self._live:  # a client that repeats an id gets a call of its own all the same
            leg_id = f"{leg_id}.{secrets.token_hex(4)}"
        self._live.add(leg_id)
        admission.reception.measured("connections", 1, {})
        try:
            await Connection(leg_id, socket, admitted, session, admission).run()
        finally:
            admission.reception.measured("connections", -1, {})
            self._live.discard(leg_id)

    def _urls(self, listening: Listening, routes: Routes) -> list[str]:
        scheme = "wss" if self._server.tls else "ws"
        return [
            f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{routes.prefix}/"
            for host, port in listening.addresses
        ]

    def _why_not(self, error: OSError) -> str:
        host, port = self._server.host, self._server.port
        if error.errno == errno.EADDRINUSE:
            return f"port {port} on {host} is in use; stop the other program or set another [server] port"
        return f"cannot listen on port {port} of {host}: {error.strerror or error}"
