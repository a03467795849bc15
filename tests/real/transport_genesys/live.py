"""A transport that serves on loopback, a reception that keeps its legs, and a phone to call it with."""

import time
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import anyio
from websockets.asyncio.client import connect

from switchhook import Closed, Options, ServerSettings
from switchhook.serving.state.together import hold_all
from switchhook.testing import MemoryState
from switchhook_audiohook.credentials import decode_secret
from switchhook_audiohook.protocol import ClientSession, Media, Open, Participant, events
from switchhook_audiohook.settings import GenesysSettings
from switchhook_audiohook.signature import UpgradeRequest, sign
from switchhook_transport_genesys.server import GenesysTransport

DATA = Path(__file__).parents[2] / "transport_genesys" / "data"
SECRET = "E8opCrTIQKtap+wCdxLajF3HhU+RJDD2o1mzOl7RyDY="
ID = "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"
NULL = "00000000-0000-0000-0000-000000000000"
MONO = Media()
CONNECT = "/7/connect?version=2024-08-25"
TABLE = {"integrations": {"main": {"keys": [{"api_key": "key", "client_secret": SECRET}]}}}


class Lobby:
    """A reception that keeps each leg for the test, until it has closed."""

    def __init__(self, room=10):
        self.connectors = {"bank": {"integration": "main", "instance_id": "7"}}
        self.busy = self.unready = None
        self.stuck = False
        self.state = MemoryState()
        self.refusals, self.figures, self.probed = [], [], []
        self.sick = ""
        self._send, self.legs = anyio.create_memory_object_stream(room)
        self.answering = 0

    def admit(self):
        return self.busy

    async def admission(self):
        return self.busy or nullcontext()

    async def admission_within(self, limits):
        return self.busy or await hold_all(self.state, limits)

    def ready(self):
        return self.unready or self.busy

    def alive(self):
        return not self.stuck

    def measured(self, name, value, labels):
        self.figures.append((name, value, dict(labels)))

    async def probe(self, connectors):
        self.probed.append(list(connectors))
        return self.sick

    def languages(self, connector):
        return ["en-US", connector]

    def refused(self, reason, details):
        self.refusals.append((reason, details))

    async def answer(self, leg):
        self.answering += 1
        call = Call(leg)
        leg.start(call)
        self._send.send_nowait(call)
        await call.closed.wait()
        self.answering -= 1

    def close(self):
        self._send.close()
        self.legs.close()


class Call:
    """The engine's end of a leg: what it was given, in order."""

    def __init__(self, leg):
        self.leg = leg
        self.heard = bytearray()
        self.events = []
        self.closed = anyio.Event()
        self.changed = anyio.Event()

    def audio(self, data):
        self.heard += data
        self._change()

    def event(self, event):
        self.events.append(event)
        if isinstance(event, Closed):
            self.closed.set()
        self._change()

    def _change(self):
        self.changed.set()
        self.changed = anyio.Event()

    async def until(self, condition):
        while not condition(self):
            await self.changed.wait()


@asynccontextmanager
async def serving(lobby, table=TABLE, **server):
    settings = Options(table, place="transport", base=Path()).parse(GenesysSettings)
    transport = GenesysTransport(settings, ServerSettings(**{"port": 0} | server))
    async with anyio.create_task_group() as group:
        [url] = await group.start(transport.serve, lobby)
        try:
            with anyio.fail_after(20):
                yield url
        finally:
            group.cancel_scope.cancel()


def headers_for(url, path, secret=SECRET, key="key"):
    headers = [
        ("Audiohook-Organization-Id", ID),
        ("Audiohook-Session-Id", ID),
        ("Audiohook-Correlation-Id", ID),
    ]
    request = UpgradeRequest("GET", path, url.split("/")[2], headers)
    decoded = decode_secret(secret) if secret else None
    return headers + sign(request, key, decoded, time.time(), f"{time.time_ns():022}")


@asynccontextmanager
async def dialled(url, path=CONNECT, secret=SECRET, **options):
    headers = headers_for(url, path, secret)
    target = url.rstrip("/") + path
    async with connect(target, additional_headers=headers, compression=None, proxy=None, **options) as ws:
        yield Phone(ws)


def opening(**changes):
    ids = {"organization_id": ID, "conversation_id": ID, "participant": Participant(id=ID)}
    return Open(**ids | {"media": (MONO,)} | changes)


class Phone:
    """The client's half on a socket; `audio` is what it was sent, `told` what happened, `order` both."""

    def __init__(self, ws):
        self.ws = ws
        self.session = ClientSession(ID, time.monotonic)
        self.audio = bytearray()
        self.told, self.order = [], []

    async def open(self, conversation=ID, participant=ID, media=(MONO,), **more):
        who = Participant(id=participant, ani="tel:+4915550100", ani_name="Kim", dnis="sip:bank")
        self.session.open(opening(conversation_id=conversation, participant=who, media=media, **more))
        await self.flush()
        await self.until(lambda: self.told)
        return self.told[0]

    async def flush(self):
        for data in self.session.data_to_send():
            await self.ws.send(data)

    async def read(self):
        message = await self.ws.recv()
        if isinstance(message, bytes):
            self.audio += self.session.receive_audio(message)
            self.order.append(message)
        else:
            told = self.session.receive_text(message)
            self.told += told
            self.order += told
        await self.flush()

    async def until(self, condition):
        while not condition():
            await self.read()

    async def say(self, *data):
        for each in data:
            self.session.send_audio(each)
        await self.flush()

    async def send(self, kind, **parameters):
        self.session.send(kind, parameters)
        await self.flush()

    async def hang_up(self):
        self.session.close("end")
        await self.flush()
        await self.until(lambda: events.SessionClosed() in self.told)
