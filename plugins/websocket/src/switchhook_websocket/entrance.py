"""The way in: connections are counted when they are accepted, before anything is spent on them.

A client that says nothing costs a descriptor and its place in a list. TLS, which takes a quarter of a
megabyte, and the reading of a request begin with the first byte that comes.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping

from .limits import Limits
from .tally import Tally
from .waiting import Waiting, network_of

logger = logging.getLogger(__name__)

BACKLOG = 1024  # connections that the kernel keeps for us in a burst
AT_ONCE = 32  # accepted before others are looked after
SHARE = 8  # one in so many descriptors of the process is for those that wait
SHORT = 1.0  # seconds without a descriptor until it is tried again
PERIOD = 1.0  # seconds between two lines about limits
OUT_OF = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

Welcome = Callable[["Visitor"], asyncio.Protocol]
"""The protocol of a visitor who has said something."""


class Visitor:
    """A connection that is no WebSocket yet."""

    def __init__(self, entrance: Entrance, connection: socket.socket, network: str, limit: float) -> None:
        self.network = network
        self._entrance, self._connection, self._loop = entrance, connection, asyncio.get_running_loop()
        self.since = self._loop.time()
        self.transport: asyncio.Transport | None = None
        self._greeting: asyncio.Task[None] | None = None
        self._listens = True  # for its first byte
        self._loop.add_reader(connection, self._spoke)
        self._timer = self._loop.call_later(limit, self.turn_out)

    def _spoke(self) -> None:
        """Something is there to be read, or the end of it."""
        self._hush()
        try:
            there = self._connection.recv(1, socket.MSG_PEEK)
        except OSError:
            there = b""
        if there:
            self._entrance.waiting.speak(self)
            self._greeting = self._loop.create_task(self._entrance.greet(self, self._connection))
            self._greeting.add_done_callback(self._greeted)
        else:
            self.turn_out()

    def _greeted(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._connection.close()
            self.leave()
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, OSError):
            # its text may be private
            logger.error("a connection failed: %s", type(error).__name__)

    def turn_out(self) -> None:
        """Ends the connection, at whatever stage it is."""
        self._hush()
        if self.transport is not None:
            self.transport.abort()
        elif self._greeting is not None:
            self._greeting.cancel()
        else:
            self._connection.close()
        self.leave()

    def leave(self) -> None:
        """It has become a WebSocket, or is gone."""
        self._timer.cancel()
        self._entrance.waiting.leave(self)

    def _hush(self) -> None:
        if self._listens:
            self._listens = False
            self._loop.remove_reader(self._connection)


class Entrance:
    """`full`: whether there are as many WebSockets as there may be. `limited` is told of each limit that cost
    somebody the connection."""

    def __init__(
        self,
        limits: Limits,
        context: ssl.SSLContext | None,
        welcome: Welcome,
        *,
        full: Callable[[], bool],
        unlimited: Callable[[str], bool],
        limited: Callable[[str], None],
    ) -> None:
        self.waiting = Waiting(limits, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // SHARE)
        self._limits, self._context, self._welcome = limits, context, welcome
        self._full, self._unlimited, self._limited = full, unlimited, limited
        self._loop = asyncio.get_running_loop()
        self._listeners: list[socket.socket] = []
        self._pauses: dict[socket.socket, asyncio.TimerHandle] = {}
        self._tally = Tally(PERIOD, _tell)

    def open(self, listeners: Iterable[socket.socket]) -> None:
        for listener in listeners:
            self._listeners.append(listener)
            self._loop.add_reader(listener, self._accept, listener)

    def stop_accepting(self) -> None:
        """Who was let in may stay."""
        while self._listeners:
            listener = self._listeners.pop()
            if listener in self._pauses:
                self._pauses.pop(listener).cancel()
            self._loop.remove_reader(listener)
            listener.close()

    def close(self) -> None:
        self.stop_accepting()
        for guest in self.waiting.all:
            guest.turn_out()
        self._tally.tell()

    def refuse(self, limit: str) -> None:
        """Somebody is cut because of the limit."""
        self._tally.add(limit)
        self._limited(limit)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, address = listener.accept()
            except OSError as error:
                if error.errno == errno.ECONNABORTED or (error.errno in OUT_OF and self._make_do(listener)):
                    continue
                return  # mostly, nobody is there
            self._let_in(connection, str(address[0]))

    def _let_in(self, connection: socket.socket, host: str) -> None:
        network = "" if self._unlimited(host) else network_of(host)
        room = self.waiting.room(network, self._loop.time())
        limit = "connections" if self._full() else room.limit
        if limit:
            self.refuse(limit)
        if limit == "connections" or (limit and room.instead is None):
            connection.close()
            return
        if room.instead is not None:
            room.instead.turn_out()
        connection.setblocking(False)
        self.waiting.enter(Visitor(self, connection, network, self._limits.handshake))

    def _make_do(self, listener: socket.socket) -> bool:
        """There is no descriptor left. Says whether somebody has given one back; if not, nobody is let in for
        a while."""
        self.refuse("descriptors")
        if (idlest := self.waiting.idlest) is not None:
            idlest.turn_out()
            return True
        self._loop.remove_reader(listener)
        self._pauses[listener] = self._loop.call_later(SHORT, self._go_on, listener)
        return False

    def _go_on(self, listener: socket.socket) -> None:
        del self._pauses[listener]
        self._loop.add_reader(listener, self._accept, listener)

    async def greet(self, visitor: Visitor, connection: socket.socket) -> None:
        """Begins TLS, if it is spoken, and the protocol behind it. Raises OSError."""
        handshake, shutdown = (
            (self._limits.handshake, self._limits.closing) if self._context else (None, None)
        )
        await self._loop.connect_accepted_socket(
            lambda: self._welcome(visitor),
            connection,
            ssl=self._context,
            ssl_handshake_timeout=handshake,
            ssl_shutdown_timeout=shutdown,
        )


def _tell(counts: Mapping[str, int]) -> None:
    said = ", ".join(f"{count} by {limit}" for limit, count in sorted(counts.items()))
    logger.warning("connections were cut that are no WebSockets yet, for these limits: %s", said)


async def bind(host: str, port: int) -> list[socket.socket]:
    """A socket that listens for each address of the host. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    made: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            made.append(socket.create_server(address, family=family, backlog=BACKLOG))
            made[-1].setblocking(False)
    except OSError:
        for one in made:
            one.close()
        raise
    return made
