"""WebSockets that say what they are told to, and are befallen by their faults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import anyio
from aiohttp import web

from .behaviour import Exchange, Fault, Phase
from .sending import GARBAGE, end_connection, ids

LARGEST = 4_000_000  # bytes of a message; a larger one ends the connection with 1009
SEE_ABOVE = b"see the previous message for the error details."


class Closed(Exception):  # noqa: N818  # the peer may close whenever it likes
    """Nothing more is to be done on this socket."""


class Socket:
    """One connection's sending side."""

    def __init__(self, request: web.Request, exchange: Exchange) -> None:
        self._request, self._exchange = request, exchange
        self._mute = False
        self._spoilt: str = ""
        self.web = web.WebSocketResponse(max_msg_size=2 * LARGEST, compress=False, timeout=1.0)

    async def open(self) -> None:
        self.web.headers.update(ids())
        await self.web.prepare(self._request)

    async def tell(self, message: Mapping[str, Any]) -> None:
        spoilt, self._spoilt = self._spoilt, ""
        text = json.dumps(message)
        if spoilt == "wrong_type":
            await self._send(text.encode())
        elif spoilt == "garbage":
            await self._send(GARBAGE.decode())
        else:
            await self._send(text)

    async def play(self, audio: bytes) -> None:
        spoilt, self._spoilt = self._spoilt, ""
        await self._send(GARBAGE if spoilt == "garbage" else audio.hex() if spoilt else audio)

    async def fail(self, error: str, code: int = 1011) -> None:
        await self.tell({"error": error})
        await self.close(code, SEE_ABOVE)

    async def close(self, code: int, reason: bytes = b"") -> None:
        """Raises Closed."""
        if self._mute:
            await anyio.sleep_forever()
        await self.web.close(code=code, message=reason)
        raise Closed

    async def reach(self, phase: Phase, passed: float = 0.0) -> None:
        """The connection has come that far: its fault may be due."""
        match self._exchange.due(phase, passed):
            case Fault(kind="status" as kind) | Fault(kind="close" as kind) as fault:
                if kind == "status":
                    await self.fail("wanted by the test")
                await self.close(fault.status)
            case Fault(kind="delay", seconds=seconds):
                await anyio.sleep(seconds)
            case Fault(kind="hang"):
                await self._hang()
            case Fault(kind="mute"):
                self._mute = True
            case Fault(kind="reset"):
                await end_connection(self._request, reset=True)
            case Fault(kind="garbage" | "wrong_type" as spoilt):
                self._spoilt = spoilt

    async def _hang(self) -> None:
        self._mute = True
        transport = self._request.transport
        if transport is not None:
            transport.pause_reading()
        try:
            await anyio.sleep_forever()
        finally:
            if transport is not None:
                transport.abort()  # else its end is never seen, as nothing is read

    async def _send(self, message: str | bytes) -> None:
        if self._mute:
            return
        try:
            if isinstance(message, str):
                await self.web.send_str(message)
            else:
                await self.web.send_bytes(message)
        except (ConnectionError, RuntimeError) as error:  # aiohttp raises RuntimeError on a closed socket
            raise Closed from error
