"""A server that can do everything right and everything wrong, for clients that simulate Genesys."""

from __future__ import annotations

import json
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from subprocess import DEVNULL
from typing import Any

import anyio
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from .inbox import Inbox
from .verdict import Failed

CALLED_WITHIN = 10.0  # seconds: a client is a program that has to start
PATIENCE = 3.0  # seconds for what should come at once


class Double:
    """One session, from the other side: what it sends is counted, what it receives is not judged."""

    def __init__(self, socket: ServerConnection) -> None:
        self.inbox, self.session_id = Inbox(), ""
        self._socket, self._seq, self._received = socket, 0, 0

    async def read(self) -> None:
        """Until the socket is closed."""
        try:
            async for data in self._socket:
                if isinstance(data, str):
                    message = json.loads(data)
                    self._received, self.session_id = message["seq"], message["id"]
                    self.inbox.put(message)
        except (ConnectionClosed, ValueError, KeyError, TypeError):
            pass  # a client that sends other things fails the case by what it does not send
        self.inbox.end()

    async def send(self, kind: str, parameters: Any = None, /, **envelope: Any) -> None:
        """A value of None leaves a field of the envelope out."""
        self._seq += 1
        message = {
            "version": "2",
            "id": self.session_id,
            "type": kind,
            "seq": self._seq,
            "clientseq": self._received,
            "parameters": {} if parameters is None else parameters,
            **envelope,
        }
        await self._write(json.dumps({name: value for name, value in message.items() if value is not None}))

    async def play(self, seconds: float) -> None:
        await self._write(b"\x20" * round(seconds * 8000))

    async def _write(self, data: str | bytes) -> None:
        try:
            await self._socket.send(data)
        except ConnectionClosed:
            self.inbox.end()

    async def expect(self, *kinds: str, within: float = PATIENCE) -> dict[str, Any]:
        message = await self.inbox.next(kinds, within)
        if not message:
            end = "; the socket was closed" if self.inbox.over else ""
            raise Failed(f"{' or '.join(kinds)} within {within:g} s", f"{self.inbox}{end}")
        return message

    async def opened(self) -> None:
        """Its open is answered with the first medium that it offers."""
        offered = (await self.expect("open"))["parameters"]["media"]
        await self.send("opened", {"startPaused": False, "media": offered[:1]})

    async def told(self, *codes: int, within: float = PATIENCE) -> dict[str, Any]:
        """The client reports an error of one of these codes: its parameters."""
        parameters: dict[str, Any] = (await self.expect("error", within=within))["parameters"]
        if parameters.get("code") not in codes:
            wanted = " or ".join(str(code) for code in codes)
            raise Failed(f"error {wanted}", f"{parameters!r:.200}")
        return parameters

    async def closes(self, reason: str) -> None:
        """The client closes for that reason, and is answered."""
        got = (await self.expect("close"))["parameters"].get("reason")
        if got != reason:
            raise Failed(f"close with reason {reason}", got)
        await self.send("closed")

    async def gives_up(self, *codes: int, within: float = PATIENCE) -> None:
        """The client reports such an error and closes."""
        await self.told(*codes, within=within)
        await self.closes("error")

    async def gone(self, within: float) -> None:
        with anyio.move_on_after(within):
            while not self.inbox.over:
                await self.inbox.changed()
            return
        raise Failed(f"the socket closed within {within:g} s", "an open socket")


@asynccontextmanager
async def called_by(command: str) -> AsyncIterator[Double]:
    """A session with the client that `command` starts; `{url}` in it becomes where to call. Listens on
    loopback alone, for one connection."""
    arrived = anyio.Event()
    sessions: list[Double] = []

    async def session(socket: ServerConnection) -> None:
        if not sessions:
            sessions.append(Double(socket))
            arrived.set()
            await sessions[0].read()

    async with serve(
        session, "127.0.0.1", 0, compression=None, ping_interval=None, close_timeout=1
    ) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/conformance"
        arguments = [each.replace("{url}", url) for each in shlex.split(command)]
        async with await anyio.open_process(
            arguments, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
        ) as client:
            try:
                with anyio.move_on_after(CALLED_WITHIN):
                    await arrived.wait()
                if not sessions:
                    raise Failed(f"a call within {CALLED_WITHIN:g} s", "none")
                yield sessions[0]
            finally:
                if client.returncode is None:
                    client.kill()
