"""However a stream is cut, what comes out is what the library's own parser alone finds in it."""

import struct

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.server import ServerProtocol

from switchhook_websocket.incoming import Incoming

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = b"\x11\x22\x33\x44"


def frame(first, payload, masked):
    size = len(payload)
    bit = 0x80 if masked else 0
    head = (
        struct.pack("!BB", first, bit | size) if size < 126 else struct.pack("!BBH", first, bit | 126, size)
    )
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))


FIRST = st.one_of(
    st.sampled_from([0x82, 0x81]),  # what takes the shortcut, often
    st.sampled_from([0x01, 0x02, 0x00, 0x80, 0x89, 0x8A, 0x88, 0x83, 0xC2, 0x92, 0x09]),
)
PAYLOAD = st.one_of(st.binary(max_size=40), st.binary(min_size=120, max_size=300), st.just(b"\x03\xe8"))
FRAMES = st.lists(st.builds(frame, FIRST, PAYLOAD, st.sampled_from([True] * 9 + [False])), max_size=12)


class Keeper:
    def __init__(self):
        self.told = []

    def text(self, message):
        self.told.append(message)

    def binary(self, message):
        self.told.append(message)

    def writable(self): ...
    def lost(self, why): ...


def protocol():
    """After the handshake."""
    made = ServerProtocol(max_size=250)
    made.receive_data(UPGRADE)
    [request] = made.events_received()
    made.send_response(made.accept(request))
    made.data_to_send()
    return made


def by_the_parser_alone(stream):
    """One byte after the other, as no shortcut would take it."""
    made, told, parts, text = protocol(), [], [], False
    for at in range(len(stream)):
        made.receive_data(stream[at : at + 1])
        for event in made.events_received():
            if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                text = event.opcode is Opcode.TEXT if event.opcode is not Opcode.CONT else text
                parts.append(bytes(event.data))
                if event.fin:
                    whole, parts = b"".join(parts), []
                    try:
                        told.append(whole.decode() if text else whole)
                    except UnicodeDecodeError:
                        return told
    return told


@given(FRAMES, st.lists(st.integers(1, 200), max_size=30), st.binary(max_size=10))
def test_any_cut_of_any_stream_gives_the_same_messages(frames, cuts, rest):
    stream = b"".join(frames) + rest
    made, keeper, at = protocol(), Keeper(), 0
    incoming = Incoming(made, 250)
    for cut in [*cuts, len(stream)]:
        if at < len(stream):
            incoming.feed(stream[at : at + cut], keeper)
            at += cut
    assert keeper.told == by_the_parser_alone(stream)


@given(st.lists(st.binary(max_size=240), max_size=10))
def test_whole_binary_messages_in_one_piece_do_not_reach_the_parser(payloads):
    made, keeper = protocol(), Keeper()
    told = Incoming(made, 250).feed(b"".join(frame(0x82, each, True) for each in payloads), keeper)
    assert keeper.told == payloads
    assert not told or not payloads
