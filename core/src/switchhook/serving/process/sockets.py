"""The sockets that calls come in by. They are opened here, not by a transport, so that they can outlive
whoever accepts on them: a connection that waits in one is answered by the next process which has it."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import anyio.to_thread

from ...contract.errors import StartError
from ...contract.findings import AdminPage
from ...contract.leg import TakesSockets, Transport
from ...contract.settings import AdminSettings, ServerSettings
from .admin import Health, open_admin, serve_admin
from .handed import Handed

logger = logging.getLogger(__name__)

RIGHT = "give this process the right to it (CAP_NET_BIND_SERVICE) or a socket of systemd"
BACKLOG = 1024  # connections that the kernel keeps for us in a burst

Sockets = Sequence[socket.socket]


class Listeners:
    """Of one server: those that it was handed, else those that it opens. `in_order`: whether those of an
    address stand in the order in which they began to listen, which whoever is handed them is told."""

    def __init__(
        self,
        handed: Iterable[socket.socket] = (),
        admin: socket.socket | None = None,
        in_order: Callable[[], bool] = bool,
    ) -> None:
        self.sockets, self.admin = list(handed), admin
        self._in_order = in_order
        self._handed = bool(self.sockets)
        self._serving: anyio.CancelScope | None = None  # the admin port

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self.close()

    async def give(self, transport: Transport, server: ServerSettings) -> None:
        """To a transport that takes them. One that does not opens its own. Raises StartError."""
        if isinstance(transport, TakesSockets):
            if self._handed:
                listen(self.sockets)
            else:
                self.sockets = await anyio.to_thread.run_sync(open_one, server.host, server.port)
            transport.take_sockets([each.dup().detach() for each in self.sockets])
        elif self._handed:
            raise StartError(_OF_ITS_OWN)

    async def serve_admin(
        self,
        settings: AdminSettings,
        health: Health,
        page: Callable[[str], AdminPage | None],
        *,
        task_status: anyio.abc.TaskStatus[None],
    ) -> None:
        """Until these are closed. Raises StartError."""
        with anyio.CancelScope() as self._serving:
            await serve_admin(health, page, self.for_admin(settings), task_status=task_status)

    def for_admin(self, settings: AdminSettings) -> socket.socket:
        """Raises StartError."""
        if self.admin is None:
            self.admin = open_admin(settings)
        return self.admin

    def handed(self) -> Handed:
        """To who follows: empty where there is nothing to hand on."""
        return Handed(self.sockets, self.admin, in_order=self._in_order())

    def close_one(self, one: socket.socket) -> None:
        """Ours, of those for calls. The kernel sends nobody there any more; who waits in it is reset."""
        if one in self.sockets:
            self.sockets.remove(one)
            one.close()

    def close(self) -> None:
        """Ours, not those of the transport."""
        while self.sockets:
            self.sockets.pop().close()
        if self._serving is not None:
            self._serving.cancel()
        if self.admin is not None:
            self.admin.close()


def enough(sockets: Sockets, slots: int) -> list[socket.socket]:
    """Those that were handed on, and others beside them, so that each slot has one of its own: of several
    who accept on the same, one would get most calls. None listens yet of those that are opened here."""
    found = list(sockets)
    for same in by_address(sockets):
        for _ in range(slots - len(same)):
            try:
                found.append(_beside(same[0]))
            except OSError as error:
                form = "%d workers share %d sockets that were handed on, and some will have more calls: %s"
                logger.warning(form, slots, len(found), error.strerror or error)
                return found
    return found


def _beside(there: socket.socket) -> socket.socket:
    """Linux lets another one in when those that are bound already say so, and are of the same user."""
    there.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    only_6 = there.family != socket.AF_INET6 or there.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    return _bound(there.family, there.getsockname(), shared=True, first=False, only_6=bool(only_6))


def by_address(sockets: Sockets) -> Iterable[list[socket.socket]]:
    found = dict[object, list[socket.socket]]()
    for each in sockets:
        found.setdefault(each.getsockname(), []).append(each)
    return found.values()


def are_in_order(sockets: Sockets, *, said: bool) -> bool:
    """Whether those of each address stand in the order in which they began to listen, and nobody else listens
    there. `said`: by who handed them on; of one alone nobody need say it. False where the system does not
    tell, which only Linux does."""
    try:
        return all(
            (said or len(same) == 1) and _listening(same[0]) == len(same) for same in by_address(sockets)
        )
    except OSError:
        return False


LISTENS = "0A"  # as /proc/net/tcp has it


def _listening(one: socket.socket) -> int:
    """How many sockets do so at its address. Whether others may (SO_REUSEPORT) says nothing: one of systemd's
    is still as a server left it that is gone."""
    table = Path("/proc/net/tcp6" if one.family == socket.AF_INET6 else "/proc/net/tcp").read_text()
    found = [line.split() for line in table.splitlines() if f" {LISTENS} " in line]
    number = str(os.fstat(one.fileno()).st_ino)
    here = [address for _, address, *_, inode in (each[:10] for each in found) if inode == number]
    return sum(each[1] in here for each in found)


def deal(sockets: Sockets, slots: int) -> list[list[socket.socket]]:
    """Sockets that are open already, to as many slots: each gets one of each address at least, and none is
    left where nobody would accept."""
    dealt: list[list[socket.socket]] = [[] for _ in range(slots)]
    for same in by_address(sockets):
        for at in range(max(len(same), slots)):
            dealt[at % slots].append(same[at % len(same)])
    return dealt


_OF_ITS_OWN = (
    "the transport opens sockets of its own, and cannot take those that it is given: "
    "start one process without --workers, and not by a socket of systemd"
)


def open_one(host: str, port: int) -> list[socket.socket]:
    """A socket that listens for each address of the host. Raises StartError."""
    [sockets] = bind(host, port)
    listen(sockets)
    return sockets


def bind(host: str, port: int, slots: int = 1) -> list[list[socket.socket]]:
    """For each slot a socket for each address of the host, none of which listens yet. The kernel spreads
    connections over those of an address that listen. Raises StartError."""
    made: list[list[socket.socket]] = [[] for _ in range(slots)]
    try:
        for family, address in _addresses(host, port):
            at = address
            for slot in made:
                slot.append(_bound(family, at, shared=slots > 1, first=slot is made[0]))
                at = (
                    address[0],
                    slot[-1].getsockname()[1],
                    *address[2:],
                )  # of port 0: the one that the first got
    except OSError as error:
        for one in (each for slot in made for each in slot):
            one.close()
        raise StartError(_why_not(error, host, port)) from None
    return made


def listen(sockets: Iterable[socket.socket]) -> None:
    """Raises StartError."""
    for each in sockets:
        try:
            each.listen(BACKLOG)
        except OSError as error:
            raise StartError(_why_not(error, *each.getsockname()[:2])) from None


def _addresses(host: str, port: int) -> Iterable[tuple[int, tuple[object, ...]]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return dict.fromkeys((family, address) for family, _, _, _, address in found)


def _bound(
    family: int, address: tuple[object, ...], *, shared: bool, first: bool, only_6: bool = True
) -> socket.socket:
    if shared and first:
        # a port that another program listens on is in use, also where that one would share it
        _bound(family, address, shared=False, first=True).close()
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(
                socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only_6
            )  # 0.0.0.0 has a socket of its own
        made.setblocking(False)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; stop the other program or set another [server] port"
    said = f"cannot listen on port {port} of {host}: {error.strerror or error}"
    if error.errno == errno.EACCES:
        return f"{said}; set [server] port to 1024 or more, or {RIGHT}"
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"{said}; set [server] host to an address of this machine, such as 127.0.0.1 or 0.0.0.0"
    return said
