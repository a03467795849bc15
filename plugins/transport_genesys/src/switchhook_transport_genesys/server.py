"""The transport: listens, lets connections in, and ends with them."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

import anyio
import anyio.abc

from switchhook import Options, Reception, ServerSettings, StartError
from switchhook_audiohook.nonces import Nonces, NonceStore
from switchhook_audiohook.protocol import ServerSession
from switchhook_audiohook.settings import GenesysSettings, LimitSettings, read_addresses
from switchhook_websocket import Limits, Listening, Request, Response, Serve, ServerSocket, listen

from . import tls
from .admission import Admission
from .census import Census
from .connection import CLOSING, Connection
from .door import Door
from .routing import Routes
from .upgrade import Admitted, Gate

SOCKETS_A_CALL, MORE_SOCKETS = 2, 200  # probes, and calls that are turned away politely, have some too
AT_THE_ENTRANCE = ("handshake", "waiting", "per_host")  # limits of who is no WebSocket yet
STALLED = 10.0  # seconds that a peer may leave unread what we wrote


@dataclass(frozen=True, slots=True)
class _Serving:
    door: Door
    listening: Listening
    context: ssl.SSLContext | None
    limits: LimitSettings  # as the entrance has them

    def stay(self, settings: GenesysSettings, server: ServerSettings) -> list[str]:
        """Settings that only a restart can change, of those that are others now."""
        now = settings.limits
        others = [name for name in AT_THE_ENTRANCE if getattr(now, name) != getattr(self.limits, name)]
        tls_stays = (self.context is None) != (server.tls is None)
        return [*(f"transport.limits.{name}" for name in others), *(["server.tls"] if tls_stays else ())]


class GenesysTransport:
    def __init__(self, settings: GenesysSettings, server: ServerSettings) -> None:
        self._settings, self._server = settings, server
        self._nonces: NonceStore | None = None  # while it serves
        self._live: set[str] = set()  # ids of legs
        self._serving: _Serving | None = None
        self._sockets: list[socket.socket] = []

    def take_sockets(self, descriptors: Sequence[int], /) -> None:
        self._sockets = [socket.socket(fileno=each) for each in descriptors]

    def stop_accepting(self) -> None:
        if self._serving is not None:
            self._serving.listening.entrance.stop_accepting()

    @property
    def unsigned(self) -> list[str]:
        """Integrations that let somebody in without a signature."""
        integrations = self._settings.integrations.items()
        return [name for name, each in integrations if any(key.unsigned for key in each.keys)]

    def prepare(self, connectors: Mapping[str, Mapping[str, object]]) -> tuple[Routes, Gate]:
        """Raises SettingsError."""
        return self._prepare(self._settings, self._server, connectors)

    def _prepare(
        self,
        settings: GenesysSettings,
        server: ServerSettings,
        connectors: Mapping[str, Mapping[str, object]],
    ) -> tuple[Routes, Gate]:
        routes = Routes(server.public_url, read_addresses(connectors, settings))
        return routes, Gate(settings, server, routes, self._nonces)

    def certificate(self) -> ssl.SSLContext | None:
        """Raises StartError."""
        files = self._server.tls
        return tls.load(files.certificate, files.key) if files else None

    async def serve(
        self, reception: Reception, /, *, task_status: anyio.abc.TaskStatus[Sequence[str]]
    ) -> None:
        """Raises SettingsError and StartError before anything listens."""
        try:
            await self._serve(reception, task_status)
        finally:
            for each in self._sockets:  # if that ended before it listened
                each.close()

    async def _serve(self, reception: Reception, task_status: anyio.abc.TaskStatus[Sequence[str]]) -> None:
        self._nonces = Nonces(reception.state)
        routes, gate = self.prepare(reception.connectors)
        context = self.certificate()
        admission = Admission(self._settings, routes, Census(self._settings.limits, reception), reception)
        door = Door(gate, admission)
        async with self._listening(door, context) as listening:
            self._serving = _Serving(door, listening, context, self._settings.limits)
            task_status.started(self._urls(listening, routes))
            if context:
                await tls.renew(context, lambda: self._server)
            await anyio.sleep_forever()

    # --- other settings while it serves

    def change(
        self, options: Options, server: ServerSettings, connectors: Mapping[str, Mapping[str, object]], /
    ) -> Callable[[], Sequence[str]]:
        """Connections that are open keep what they came by."""
        settings = options.parse(GenesysSettings)
        routes, gate = self._prepare(settings, server, connectors)
        if server.tls:
            tls.load(server.tls.certificate, server.tls.key)
        return partial(self._take, settings, server, routes, gate)

    def _take(
        self, settings: GenesysSettings, server: ServerSettings, routes: Routes, gate: Gate
    ) -> Sequence[str]:
        self._settings, self._server = settings, server
        if (serving := self._serving) is None:
            return ()
        census, reception = serving.door.admission.census, serving.door.admission.reception
        census.limits = settings.limits
        serving.door.gate = gate
        serving.door.admission = Admission(settings, routes, census, reception)
        serving.listening.limits = replace(
            serving.listening.limits, message=settings.limits.message, connections=self._connections()
        )
        if serving.context and server.tls:
            tls.take(serving.context, server.tls.certificate, server.tls.key)
        return serving.stay(settings, server)

    # --- connections

    def _connections(self) -> int:
        return SOCKETS_A_CALL * self._server.max_calls + MORE_SOCKETS

    @asynccontextmanager
    async def _listening(self, door: Door, context: ssl.SSLContext | None) -> AsyncIterator[Listening]:
        own = self._settings.limits
        limits = Limits(
            own.message,
            own.handshake,
            CLOSING,
            STALLED,
            connections=self._connections(),
            waiting=own.waiting,
            per_host=own.per_host,
        )
        listening = listen(
            partial(self._answer, door),
            self._server.host,
            self._server.port,
            limits=limits,
            context=context,
            too_large=door.too_large,
            unlimited=door.trusts,
            limited=lambda limit: door.admission.reception.measured("limit_hits", 1, {"limit": limit}),
            listeners=self._sockets,
        )
        async with AsyncExitStack() as stack:
            stack.callback(door.left_out.tell)
            try:
                entered = await stack.enter_async_context(listening)
            except OSError as error:
                raise StartError(self._why_not(error)) from None
            yield entered

    async def _answer(self, door: Door, socket: ServerSocket, request: Request) -> Response | Serve:
        admission = door.admission  # that of the gate which judges it
        judged = await door.answer(socket, request)
        return judged if isinstance(judged, Response) else partial(self._handle, admission, judged)

    async def _handle(self, admission: Admission, admitted: Admitted, socket: ServerSocket) -> None:
        clock = asyncio.get_running_loop().time
        idle = admission.settings.limits.idle
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
