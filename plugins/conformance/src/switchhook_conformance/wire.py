"""A client that can do everything right and everything wrong, and looks hard at what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import anyio
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .inbox import Inbox
from .player import Player
from .reader import Reader
from .verdict import Failed
from .watch import Watch

PATIENCE = 3.0  # seconds for what should come at once
FRAME = b"\xff" * 1600  # 200 ms of silence
AT_THE_END = frozenset(("disconnect", "closed", "pong"))  # what still comes when the server has ended it


class Wire:
    """One session. All that the server sends is checked as it comes, by `watch`.
    `plays`: what it sends is played, and it is told so."""

    def __init__(
        self, socket: ClientConnection, session_id: str, organization_id: str, *, plays: bool = False
    ) -> None:
        self.socket = socket
        self.session_id, self.organization_id = session_id, organization_id
        self.watch, self.inbox = Watch(session_id), Inbox()
        self.reader = Reader(socket, self.watch, self.inbox, Player(self.send) if plays else None)
        self.audio = self.reader.audio  # what came, message by message
        self._sending = anyio.Lock()

    @property
    def seq(self) -> int:
        """Of our newest message."""
        return self.watch.sent

    @seq.setter
    def seq(self, seq: int) -> None:
        self.watch.sent = seq

    @property
    def over(self) -> bool:
        return self.inbox.over

    @property
    def code(self) -> int | None:
        """That the server closed the socket with."""
        return self.reader.code

    # --- Sending

    async def send(self, kind: str, parameters: Any = None, /, **envelope: Any) -> int:
        """Returns its seq. A value of None leaves a field of the envelope out."""
        async with self._sending:
            self.seq += 1
            message = {
                "version": "2",
                "id": self.session_id,
                "type": kind,
                "seq": self.seq,
                "serverseq": len(self.watch.received),
                "position": "PT0S",
                "parameters": {} if parameters is None else parameters,
                **envelope,
            }
            if kind == "open":
                self.watch.offer(message["parameters"])
            if kind == "ping":
                self.watch.pings.add(self.seq)
            elif kind == "close":
                self.watch.closing(self.seq)
            await self._write(json.dumps({name: v for name, v in message.items() if v is not None}))
            return self.seq

    async def send_raw(self, data: str | bytes) -> None:
        async with self._sending:
            await self._write(data)

    async def _write(self, data: str | bytes) -> None:
        try:
            await self.socket.send(data)
        except ConnectionClosed:
            self.reader.end()

    async def open(self, **changes: Any) -> None:
        """None leaves a parameter out."""
        await self.send("open", opening(self.organization_id, changes))

    async def ping(self, parameters: Mapping[str, Any] | None = None) -> int:
        return await self.send("ping", parameters)

    # --- Expecting

    async def expect(self, kind: str, within: float | None = None) -> dict[str, Any]:
        """The next message of that type that was not asked for yet."""
        return await self.expect_any(kind, within=within)

    async def expect_any(
        self, *kinds: str, within: float | None = None, or_gone: bool = False, or_nothing: bool = False
    ) -> dict[str, Any]:
        """The next message of one of these types. Empty: the socket was closed, or nothing came, where that
        will do."""
        within = PATIENCE if within is None else within
        hopeless = (lambda: False) if AT_THE_END & set(kinds) else (lambda: self.watch.ended is not None)
        message = await self.inbox.next(kinds, within, hopeless)
        if message or (or_gone and self.over) or or_nothing:
            return message
        raise Failed(f"{' or '.join(kinds)} within {within:g} s", self._summary())

    async def opened(self, **changes: Any) -> dict[str, Any]:
        """Opens the session; the parameters of `opened`."""
        await self.open(**changes)
        parameters: dict[str, Any] = (await self.expect("opened"))["parameters"]
        return parameters

    async def alive(self) -> None:
        """A ping is answered, and nobody has ended the session."""
        seq = await self.ping()
        pong = await self.expect("pong")
        if pong["clientseq"] != seq:
            raise Failed(f"a pong with clientseq {seq}, its ping", f"clientseq {pong['clientseq']}")
        if self.watch.ended is not None:
            raise Failed("the session to go on", self._summary())

    async def violated(self, uncounted: int | None = None) -> None:
        """The server ends the session the documented way. `uncounted`: the seq that it waits for if it
        does not count the message that was wrong; some do, and some do not."""
        await self._ended(await self.expect("disconnect"), uncounted)

    async def _ended(self, message: Mapping[str, Any], uncounted: int | None) -> None:
        if message["parameters"]["reason"] != "error":
            raise Failed("disconnect with reason error", f"{message['parameters']!r:.200}")
        if uncounted is None:
            await self.close("disconnect")
            return
        await self.send("close", {"reason": "disconnect"})
        if not await self.expect_any("closed", within=PATIENCE / 2, or_gone=True, or_nothing=True):
            self.seq = uncounted - 1
            await self.close("disconnect")

    async def alive_or_violated(self, uncounted: int | None = None) -> bool:
        """The server passes over what it cannot read, or ends the session for it. Whether it lives."""
        seq = await self.ping()
        answer = await self.expect_any("pong", "disconnect")
        if answer["type"] == "disconnect":
            await self._ended(answer, uncounted)
            return False
        if answer["clientseq"] != seq:
            raise Failed(f"a pong with clientseq {seq}, its ping", f"clientseq {answer['clientseq']}")
        return True

    async def close(self, reason: str = "end", within: float | None = None) -> None:
        seq = await self.send("close", {"reason": reason})
        closed = await self.expect("closed", within)
        if closed["clientseq"] != seq:
            raise Failed(f"closed with clientseq {seq}, its close", f"clientseq {closed['clientseq']}")

    async def gone(self, within: float) -> int | None:
        """The server closes the socket; its code."""
        with anyio.move_on_after(within):
            while not self.over:
                await self.inbox.changed()
            return self.code
        raise Failed(f"the socket closed within {within:g} s", "an open socket")

    def _summary(self) -> str:
        kinds = str(self.inbox)
        if self.watch.ended is not None:
            kinds += f"; the session was ended: {self.watch.ended!r:.200}"
        return f"{kinds}; the socket was closed with {self.code}" if self.over else kinds


NULL = "00000000-0000-0000-0000-000000000000"
NOBODY = {"id": NULL, "ani": "", "aniName": "", "dnis": ""}
PROBE = {"conversationId": NULL, "participant": NOBODY, "language": None}
MONO = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}


def opening(organization_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {
        "organizationId": organization_id,
        "conversationId": "c2b1a0f9-8e7d-4c6b-a5f4-e3d2c1b0a9f8",
        "participant": {
            "id": "1a2b3c4d-5e6f-4071-8293-a4b5c6d7e8f9",
            "ani": "tel:+15550100",
            "aniName": "Kim Example",
            "dnis": "tel:+15550199",
        },
        "media": [MONO],
        "language": "en-US",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}
