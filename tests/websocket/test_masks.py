"""What a client masks its messages with, in memory: the library's own server at the other end."""

import pytest
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from switchhook_websocket import Limits
from switchhook_websocket.client import ClientSocket

pytestmark = pytest.mark.anyio


class Nobody:
    """A handler."""

    def told(self, *_):
        pass

    text = binary = writable = lost = told


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Wire:
    """A transport that keeps what is written."""

    def __init__(self):
        self.written = []

    def write(self, data):
        self.written.append(data)

    def set_write_buffer_limits(self, high):
        pass

    def is_closing(self):
        return False


async def test_every_message_has_a_mask_of_its_own_and_arrives_as_it_was():
    client, server = ClientSocket(parse_uri("ws://x/"), (), Nobody(), Limits()), ServerProtocol()
    wire = Wire()
    client.connection_made(wire)
    server.receive_data(b"".join(wire.written))
    [request] = server.events_received()
    server.send_response(server.accept(request))
    for data in server.data_to_send():
        client.data_received(data)
    wire.written.clear()
    for number in range(200):
        client.send(bytes([number]) * 160)
    server.receive_data(b"".join(wire.written))
    assert [bytes(frame.data) for frame in server.events_received()] == [bytes([n]) * 160 for n in range(200)]
    assert len({data[4:8] for data in wire.written}) == 200
