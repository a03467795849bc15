"""The callers of `relay.py`: `python benchmarks/relay_load.py KIND URL CALLS`.

Each sends 200 ms of PCMU five times a second, and pings every 5 s where the server speaks AudioHook. Prints
"ready" when all of them talk; ends when standard input does.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import sys
import time
import uuid
from contextlib import AsyncExitStack

import anyio
from process import INSTANCE, KEY, SECRET

from switchhook_audiohook.protocol import ClientSession, Media, Open, Participant, events
from switchhook_audiohook.signature import UpgradeRequest, sign
from switchhook_websocket import ClientSocket, connect

FRAME = bytes(range(256)) * 6 + bytes(64)
PERIOD = 0.2


class Caller:
    def __init__(self, session: ClientSession | None) -> None:
        self.session = session
        self.socket: ClientSocket
        self.ready = asyncio.Event()

    def text(self, message: str, /) -> None:
        if self.session and any(
            isinstance(each, events.Opened) for each in self.session.receive_text(message)
        ):
            self.ready.set()

    def binary(self, message: bytes, /) -> None: ...
    def writable(self) -> None: ...

    def lost(self, why: str, /) -> None:
        sys.exit(f"a caller was cut off: {why}")

    def flush(self) -> None:
        for message in self.session.data_to_send() if self.session else ():
            self.socket.send(message)

    def speak(self, due: float) -> None:
        loop = asyncio.get_running_loop()
        if self.session is None:
            self.socket.send(FRAME)
        else:
            self.session.send_audio(FRAME)
            self.session.tick()  # sends its pings
            self.flush()
        loop.call_at(due + PERIOD, self.speak, due + PERIOD)


async def call(stack: AsyncExitStack, url: str, *, audiohook: bool) -> Caller:
    if not audiohook:
        caller = Caller(None)
        caller.socket = await stack.enter_async_context(connect(url, caller))
        return caller
    ids = [str(uuid.uuid4()) for _ in range(3)]
    caller = Caller(ClientSession(ids[0], time.monotonic))
    await dial(stack, url, caller, ids)
    await caller.ready.wait()
    return caller


async def dial(
    stack: AsyncExitStack, url: str, caller: Caller, ids: list[str], variables: dict[str, str] | None = None
) -> None:
    """A signed upgrade, and `open`. `ids`: of the session, the organization and the conversation."""
    path = f"{INSTANCE}/connect?version=2024-08-25"
    names = ("Audiohook-Session-Id", "Audiohook-Organization-Id", "Audiohook-Correlation-Id")
    headers = list(zip(names, ids, strict=True))
    request = UpgradeRequest("GET", f"/{path}", url.split("/")[2], headers)
    headers += sign(request, KEY, base64.b64decode(SECRET), time.time(), secrets.token_urlsafe(18))
    caller.socket = await stack.enter_async_context(connect(url + path, caller, headers=headers))
    assert caller.session is not None
    who = Participant(id=ids[2], ani="tel:+4915550100", ani_name="Kim", dnis="tel:+4930555010")
    caller.session.open(
        Open(
            organization_id=ids[1],
            conversation_id=ids[2],
            participant=who,
            media=(Media(),),
            input_variables=variables,
        )
    )
    caller.flush()


async def main(kind: str, url: str, calls: int) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        callers = [await call(stack, url, audiohook=kind == "audiohook") for _ in range(calls)]
        began = loop.time() + 0.1
        for number, caller in enumerate(callers):  # spread over the period, as calls are
            due = began + PERIOD * number / calls
            loop.call_at(due, caller.speak, due)
        await anyio.sleep(2)
        print("ready", flush=True)
        loop.add_reader(sys.stdin, sys.exit)
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]), backend_options={"use_uvloop": True})
