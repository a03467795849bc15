"""Between a supervisor and a worker: messages over a pair of sockets, a JSON object in a line each."""

from __future__ import annotations

import base64
import json
import logging
import socket
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.memory import MemoryObjectSendStream

from ...contract.findings import AdminPage

logger = logging.getLogger(__name__)

MOST = 32 * 1024 * 1024  # bytes of one message: pages of the admin port are among them
WAITING = 1000  # messages that may wait to be sent

Message = Mapping[str, Any]


class Line:
    """One end. It closes when it is forgotten, or when the other one does."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._put, self._taken = anyio.create_memory_object_stream[Message](WAITING)

    def put(self, **message: object) -> bool:
        """A plain call. False: the other side is gone, or reads nothing, and the message is lost."""
        try:
            self._put.send_nowait(message)
        except anyio.WouldBlock:
            logger.error("the other side reads nothing: lost %s", ", ".join(message))  # noqa: TRY400  # the reason says it all
            return False
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def run(self, take: Callable[[Message], None]) -> None:
        """Until the other side is gone. `take` is called with each message."""
        with self._put, self._taken:
            stream = await anyio.abc.UNIXSocketStream.from_socket(self._end)
            async with stream, anyio.create_task_group() as group:
                group.start_soon(self._send, stream)
                await _receive(stream, take)
                group.cancel_scope.cancel()

    async def _send(self, stream: anyio.abc.ByteSendStream) -> None:
        try:
            async for message in self._taken:
                line = json.dumps(message).encode() + b"\n"
                if len(line) > MOST:  # it would end the other side
                    logger.error(
                        "%d bytes are too many for one message: lost %s", len(line), ", ".join(message)
                    )
                    continue
                await stream.send(line)
        except anyio.BrokenResourceError:
            return  # `_receive` finds out too


class Questions:
    """Put to the other side, each with a number that its answer has too."""

    def __init__(self, line: Line) -> None:
        self._line, self._numbers = line, count()
        self._asked: dict[int, MemoryObjectSendStream[Message]] = {}

    def number(self) -> int:
        return next(self._numbers)

    async def ask(self, number: int, **question: object) -> Message | None:
        """Waits for ever. None: the other side is not told."""
        put, taken = anyio.create_memory_object_stream[Message](1)
        self._asked[number] = put
        try:
            with put, taken:
                return await taken.receive() if self._line.put(ask=number, **question) else None
        finally:
            del self._asked[number]

    def answered(self, number: int, answer: Message) -> None:
        """Nobody may be waiting any more."""
        if number in self._asked:
            self._asked[number].send_nowait(answer)

    def lose(self, why: str) -> None:
        """The other side is gone."""
        for number in self._asked:
            self.answered(number, {"lost": why})


async def _receive(stream: anyio.abc.ByteReceiveStream, take: Callable[[Message], None]) -> None:
    lines = BufferedByteReceiveStream(stream)
    try:
        while True:
            take(json.loads(await lines.receive_until(b"\n", MOST)))
    except (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
        return


def packed(page: AdminPage | None) -> Mapping[str, str] | None:
    if page is None:
        return None
    return {"type": page.content_type, "content": base64.b64encode(page.content).decode()}


def unpacked(table: Mapping[str, str] | None) -> AdminPage | None:
    return None if table is None else AdminPage(base64.b64decode(table["content"]), table["type"])
