"""What listening through Watson's WebSocket costs: our plugin beside a bare client, in the same seconds.

`python benchmarks/watson_speech.py [--calls 200] [--seconds 20]` prints a table in Markdown, on uvloop where
it is installed. Each client is a process of its own that streams 200 ms of PCMU for every call in real time;
each has a service of its own, in another process, that hears a word in every frame but silence and ends an
utterance after three silent frames. Without TLS, which would cost both the same. The bare client is
`websockets` as its documentation shows it: no ping, no audio kept, no times, no second connection.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from importlib.util import find_spec

import anyio
from relay import running
from websockets.asyncio.client import connect as bare_connect

from switchhook import AudioFormat, Transcript
from switchhook_stt_watson.engine import WatsonSpeechToText
from switchhook_stt_watson.request import Requests
from switchhook_watson import WatsonOptions, make_service
from switchhook_websocket import Limits, Request, Serve, ServerSocket, listen

LINE = AudioFormat("PCMU", 8000)
FRAME = 0.2
SILENT = LINE.silence(FRAME)
PHRASE = 7  # frames with a word, before three without
KINDS = {"bare": "a bare client on `websockets`' asyncio layer", "ours": "`stt_watson`"}
LOOP = {"use_uvloop": find_spec("uvloop") is not None}
LISTENING = json.dumps({"state": "listening"})


def frame(call: int, number: int) -> bytes:
    """Neighbours differ, so that a frame that is lost or comes twice is noticed."""
    at = number % (PHRASE + 3)
    return SILENT if at >= PHRASE else bytes([1 + (call + number) % 200]) * len(SILENT)


class Ear:
    """One connection of the service."""

    def __init__(self, socket: ServerSocket) -> None:
        self._socket = socket
        self._words: list[list[str | float]] = []
        self._at, self._silent, self._index = 0.0, 0, 0
        self.over = asyncio.Event()

    def text(self, message: str, /) -> None:
        if json.loads(message)["action"] == "stop" and self._words:
            self._tell(final=True)
        self._socket.send(LISTENING)

    def binary(self, message: bytes, /) -> None:
        began, self._at = self._at, self._at + LINE.seconds(len(message))
        if message[0] == 0xFF:
            self._silent += 1
            if self._silent == 3 and self._words:
                self._tell(final=True)
            return
        self._silent = 0
        self._words.append([f"w{message[0]}", round(began, 2), round(self._at, 2)])
        if len(self._words) % 3 == 1:  # interims come about twice a second
            self._tell(final=False)

    def _tell(self, *, final: bool) -> None:
        text = " ".join(str(word[0]) for word in self._words) + " "
        best = {"transcript": text, "timestamps": self._words} | ({"confidence": 0.9} if final else {})
        result = {"final": final, "alternatives": [best]}
        self._socket.send(json.dumps({"result_index": self._index, "results": [result]}))
        if final:
            self._words, self._index = [], self._index + 1

    def writable(self) -> None: ...

    def lost(self, _why: str, /) -> None:
        self.over.set()


async def service() -> None:
    async def take(socket: ServerSocket) -> None:
        socket.handler = ear = Ear(socket)
        await ear.over.wait()

    async def answer(_socket: ServerSocket, _request: Request) -> Serve:
        return take

    async with listen(answer, "127.0.0.1", 0, limits=Limits(connections=10_000)) as listening:
        print(listening.addresses[0][1], flush=True)
        await anyio.sleep_forever()


Send = Callable[[bytes], Awaitable[None]]


async def speak(call: int, calls: int, frames: int, send: Send) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time() + FRAME * call / calls  # spread over the period, as calls are
    for number in range(frames):
        await asyncio.sleep(began + number * FRAME - loop.time())
        await send(frame(call, number))


def expected(call: int, frames: int) -> str:
    return " ".join(
        f"w{1 + (call + number) % 200}" for number in range(frames) if number % (PHRASE + 3) < PHRASE
    )


async def ours(url: str, call: int, calls: int, frames: int) -> str:
    heard: list[str] = []

    async def hear() -> None:
        finals = (told async for told in recognition if isinstance(told, Transcript) and told.final)
        heard.extend([final.text async for final in finals])

    async def send(audio: bytes) -> None:
        recognition.feed(audio)

    async with engine_at(url).open(LINE, "en-US", {}) as recognition, anyio.create_task_group() as group:
        group.start_soon(hear)
        await speak(call, calls, frames, send)
        recognition.finish()
    return " ".join(heard)


ENGINES: dict[str, WatsonSpeechToText] = {}


def engine_at(url: str) -> WatsonSpeechToText:
    if url not in ENGINES:
        options = WatsonOptions(url=url)
        ENGINES[url] = WatsonSpeechToText(make_service("speech_to_text", options), Requests(None, {}))
    return ENGINES[url]


async def bare(url: str, call: int, calls: int, frames: int) -> str:
    heard: list[str] = []
    start = {"action": "start", "content-type": "audio/mulaw;rate=8000", "interim_results": True}

    async def hear() -> None:
        answers = 0
        async for message in socket:
            said = json.loads(message)
            answers += "state" in said
            finals = (result for result in said.get("results", ()) if result["final"])
            heard.extend(final["alternatives"][0]["transcript"].strip() for final in finals)
            if answers == 2:
                return

    address = "ws" + url.removeprefix("http") + "/v1/recognize"
    async with (
        bare_connect(address, compression=None, ping_interval=None) as socket,
        anyio.create_task_group() as group,
    ):
        group.start_soon(hear)
        await socket.send(json.dumps(start))
        await speak(call, calls, frames, socket.send)
        await socket.send(json.dumps({"action": "stop"}))
    return " ".join(heard)


async def client(kind: str, port: str, calls: int, seconds: float) -> None:
    """Prints its cost and how many calls heard every word, once and in order."""
    one, frames = {"ours": ours, "bare": bare}[kind], round(seconds / FRAME)
    right = []
    url = f"http://127.0.0.1:{port}"
    engine_at(url)  # the SDK takes its time, once

    async def run(call: int) -> None:
        right.append(await one(url, call, calls, frames) == expected(call, frames))

    began, cpu = time.monotonic(), time.process_time()
    async with anyio.create_task_group() as group:
        for call in range(calls):
            group.start_soon(run, call)
    cpu, took = time.process_time() - cpu, time.monotonic() - began
    print(json.dumps({"cpu": 1000 * cpu / calls / seconds, "right": sum(right), "took": took}), flush=True)


def main(calls: int, seconds: float) -> int:
    os.environ["SPEECH_TO_TEXT_AUTH_TYPE"] = "noauth"
    with ExitStack() as stack:
        clients = {}
        for kind in KINDS:
            port = stack.enter_context(running("watson_speech.py", "service")).line()
            given = ("client", kind, port, str(calls), str(seconds))
            clients[kind] = stack.enter_context(running("watson_speech.py", *given))
        found = {kind: json.loads(program.line()) for kind, program in clients.items()}
    print(f"| {calls} calls of {seconds:g} s | ms of CPU per call-second | of the bare client | every word |")
    print("| --- | --- | --- | --- |")
    for kind, name in KINDS.items():
        ratio = found[kind]["cpu"] / found["bare"]["cpu"]
        print(f"| {name} | {found[kind]['cpu']:.3f} | {ratio:.2f} | {found[kind]['right']} of {calls} |")
    return 0 if all(each["right"] == calls for each in found.values()) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["service"]:
        anyio.run(service, backend_options=LOOP)
    elif sys.argv[1:2] == ["client"]:
        kind, port, calls, seconds = sys.argv[2:]
        anyio.run(client, kind, port, int(calls), float(seconds), backend_options=LOOP)
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--calls", type=int, default=200)
        parser.add_argument("--seconds", type=float, default=20)
        options = parser.parse_args()
        sys.exit(main(options.calls, options.seconds))
