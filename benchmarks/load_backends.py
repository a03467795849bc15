"""The services that `load.py` has behind its servers: sinks that speak Watson's wire protocols.

`python benchmarks/load_backends.py TLS_FOLDER HEARING THINKING SPEAKING` (seconds each takes; the folder
has server.pem; "-": no TLS) prints its URL. They hear, think and say next to nothing: a loud frame is
speech, three quiet ones end an utterance, every text sounds for the same time. What they send carries the
time at which it was sent, and what comes back of it tells how long it was in the server: `said 12.345` in a
transcript comes back with the question to the assistant, and the first bytes of a prompt come to the caller
(`stamp`).
For each line on standard input it prints what it has counted, and those delays.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import struct
import sys
import time
from pathlib import Path
from typing import cast

import anyio
from load_wire import END, TEXT, Frame, ServerWire, built
from process import HOST, LOOP, started

SILENCE = 0xFF
QUIET = 3  # frames without a voice that end an utterance: 0.6 s
CHUNKS, CHUNK = 6, 4_000  # bytes of a prompt's audio, 0.5 s each
PROMPT = CHUNKS * CHUNK
MARK = b"\xfe\x01\xfd\x02"  # before a time in the audio
SAID = re.compile(rb"said (\d+\.\d+)")
GREETED = re.compile(rb'"text": *""')  # a turn in which nobody has spoken yet
NUMBER = struct.Struct("!I")
TIME = struct.Struct("!d")


def stamp() -> bytes:
    return MARK + TIME.pack(time.monotonic())


def stamped(audio: bytes) -> float | None:
    """When this prompt was made, if this is its beginning."""
    return TIME.unpack_from(audio, len(MARK))[0] if audio.startswith(MARK) else None


class Found:
    """What the services have seen."""

    heard = questions = spoken = 0
    frames = 0
    to_assistant: list[float] = []  # noqa: RUF012  # one process, one count
    interims: dict[int, list[float]] = {}  # noqa: RUF012  # when the first of an utterance was sent

    @classmethod
    def figures(cls) -> dict[str, object]:
        names = ("heard", "questions", "spoken", "frames", "to_assistant", "interims")
        return {name: getattr(cls, name) for name in names}


class Latencies:
    hearing = thinking = speaking = 0.0


class Ear(ServerWire):
    """Speech to Text. The first four bytes of a caller's loud frame say who speaks."""

    def __init__(self) -> None:
        super().__init__()
        self._loud = self._quiet = self._index = self._who = 0

    def message(self, frame: Frame) -> None:
        if frame.opcode == TEXT:
            if self._loud and b'"stop"' in frame.payload():
                self._result(final=True)
            self.transport.write(built(TEXT, b'{"state": "listening"}'))
            return
        Found.frames += 1
        first = frame.payload(5)
        if first[-1] == SILENCE:
            self._quiet += 1
            if self._quiet == QUIET and self._loud:
                asyncio.get_running_loop().call_later(Latencies.hearing, self._final)
            return
        self._quiet, self._who = 0, NUMBER.unpack_from(first)[0]
        self._loud += 1
        if self._loud % 3 == 2:
            self._result(final=False)

    def _final(self) -> None:
        if self._loud and not self.transport.is_closing():
            self._result(final=True)

    def _result(self, *, final: bool) -> None:
        now = time.monotonic()
        if self._loud == 2 and not final:
            Found.interims.setdefault(self._who, []).append(now)
        best: dict[str, object] = {"transcript": f"caller {self._who} said {now:.6f} "}
        if final:
            best["confidence"] = 0.9
        told = {"result_index": self._index, "results": [{"final": final, "alternatives": [best]}]}
        self.transport.write(built(TEXT, json.dumps(told).encode()))
        if final:
            self._loud, self._index = 0, self._index + 1
            Found.heard += 1


class Drain(ServerWire):
    """The second WebSocket of a relay: takes what comes."""

    def message(self, _frame: Frame) -> None:
        Found.frames += 1


class Door(asyncio.Protocol):
    """The port of all of them. The first request decides whether it is a WebSocket; else it is HTTP, kept
    open."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(END)) >= 0:
            head, body = self._data[:end], self._data[end + len(END) :]
            if b"upgrade: websocket" in head.lower():
                wire = Ear() if b"/v1/recognize" in head else Drain()
                self.transport.set_protocol(wire)
                wire.connection_made(self.transport)
                wire.data_received(self._data)
                return
            found = re.search(rb"(?i)content-length: *(\d+)", head)
            length = int(found[1]) if found else 0
            if len(body) < length:
                return
            self._data = body[length:]
            self._answer(head.partition(b"\r\n")[0], body[:length])

    def _answer(self, request: bytes, body: bytes) -> None:
        loop = asyncio.get_running_loop()
        if b"/synthesize" in request:
            Found.spoken += 1
            loop.call_later(Latencies.speaking, self._speak)
        elif b"/message" in request:
            Found.questions += 1
            if said := SAID.search(body):
                Found.to_assistant.append(time.monotonic() - float(said[1]))
            # no two answers are alike, so that none comes from the cache; all greetings are
            text = "Hello." if GREETED.search(body) else f"Answer number {Found.questions}."
            answer = {"output": {"generic": [{"response_type": "text", "text": text}], "intents": []}}
            loop.call_later(Latencies.thinking, self._reply, json.dumps(answer).encode())
        elif request.startswith(b"POST"):
            self._reply(b'{"session_id": "a-session"}', b"201 Created")
        else:
            self._reply(b"{}")

    def _reply(self, body: bytes, status: bytes = b"200 OK") -> None:
        if not self.transport.is_closing():
            size = str(len(body)).encode()
            head = b"Content-Type: application/json\r\nContent-Length: " + size
            self.transport.write(b"HTTP/1.1 " + status + b"\r\n" + head + END + body)

    def _speak(self, left: int = CHUNKS) -> None:
        """Faster than it sounds, as the service is."""
        if self.transport.is_closing():
            return
        first = left == CHUNKS
        voice = (stamp() if first else b"").ljust(CHUNK, b"\x55")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mulaw;rate=8000\r\nTransfer-Encoding: chunked" + END
        last = b"0" + END if left == 1 else b""
        chunk = b"%x\r\n%b\r\n" % (len(voice), voice)
        self.transport.write((head if first else b"") + chunk + last)
        if left > 1:
            asyncio.get_running_loop().call_later(0.02, self._speak, left - 1)


async def serve(folder: str) -> None:
    context = None
    if folder != "-":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(Path(folder) / "server.pem")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Door, HOST, 0, ssl=context, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    started(f"http{'s' if context else ''}://{HOST}:{port}", Found.figures)
    await anyio.sleep_forever()


if __name__ == "__main__":
    Latencies.hearing, Latencies.thinking, Latencies.speaking = map(float, sys.argv[2:])
    anyio.run(serve, sys.argv[1], backend_options=LOOP)
