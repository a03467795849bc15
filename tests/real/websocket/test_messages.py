"""What a client's frames become, over real sockets on loopback."""

import asyncio

import pytest

from .conftest import BINARY, CLOSE, CONT, PING, PONG, TEXT, closing, frame, listening, raw

pytestmark = pytest.mark.anyio


async def told(house, count):
    [keeper] = house.keepers
    await keeper.until(lambda: len(keeper.told) >= count)
    return keeper.told


async def test_whole_messages_come_as_they_were_sent(client, house):
    client.send(frame(TEXT, "Grüße".encode()) + frame(BINARY, b"\x00\xff" * 800))
    assert await told(house, 2) == ["Grüße", b"\x00\xff" * 800]


async def test_a_fragmented_text_is_put_together_even_within_a_character(client, house):
    first, second = "Grüße".encode()[:3], "Grüße".encode()[3:]
    client.send(frame(TEXT, first, fin=False) + frame(CONT, second))
    assert await told(house, 1) == ["Grüße"]


async def test_a_fragmented_binary_message_is_put_together(client, house):
    client.send(frame(BINARY, b"ab", fin=False) + frame(CONT, b"", fin=False) + frame(CONT, b"cd"))
    assert await told(house, 1) == [b"abcd"]


async def test_a_ping_between_fragments_is_answered_and_changes_nothing(client, house):
    client.send(frame(TEXT, b"ab", fin=False) + frame(PING, b"now") + frame(CONT, b"cd"))
    assert await client.frame() == (PONG, b"now")
    assert await told(house, 1) == ["abcd"]


async def test_a_binary_message_between_fragments_is_refused(client, house):
    client.send(frame(TEXT, b"ab", fin=False) + frame(BINARY, b"x"))
    assert await client.closed_with() == 1002
    assert house.keepers[0].told == []


async def test_an_empty_binary_message_is_one(client, house):
    client.send(frame(BINARY, b"") + frame(BINARY, b"x"))
    assert await told(house, 2) == [b"", b"x"]


async def test_a_frame_may_come_in_any_number_of_segments(client, house):
    for byte in frame(BINARY, b"a" * 300) + frame(TEXT, b"end"):
        client.send(bytes([byte]))
        await asyncio.sleep(0)
    assert await told(house, 2) == [b"a" * 300, "end"]


async def test_a_text_between_two_binary_messages_of_one_segment_stays_between_them(client, house):
    client.send(frame(BINARY, b"1") + frame(BINARY, b"2") + frame(TEXT, b"3") + frame(BINARY, b"4"))
    client.send(frame(BINARY, b"5"))
    assert await told(house, 5) == [b"1", b"2", "3", b"4", b"5"]


async def test_a_message_of_the_largest_size_is_taken(client, house):
    client.send(frame(BINARY, bytes(65_536)) + frame(TEXT, b"a" * 65_536))
    assert await told(house, 2) == [bytes(65_536), "a" * 65_536]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(frame(BINARY, b"x", mask=b""), 1002, id="binary not masked"),
        pytest.param(frame(TEXT, b"x", mask=b""), 1002, id="text not masked"),
        pytest.param(frame(BINARY, b"x", reserved=0x40), 1002, id="first reserved bit"),
        pytest.param(frame(BINARY, b"x", reserved=0x20), 1002, id="second reserved bit"),
        pytest.param(frame(TEXT, b"x", reserved=0x10), 1002, id="third reserved bit"),
        pytest.param(frame(0x3, b"x"), 1002, id="reserved opcode of data"),
        pytest.param(frame(0xB, b"x"), 1002, id="reserved opcode of control"),
        pytest.param(frame(CONT, b"x"), 1002, id="continuation of nothing"),
        pytest.param(frame(TEXT, b"a\xff"), 1007, id="text not UTF-8"),
        pytest.param(frame(TEXT, b"\xc3", fin=False) + frame(CONT, b""), 1007, id="half a character"),
        pytest.param(frame(BINARY, bytes(65_537))[:14], 1009, id="binary too large, by its head alone"),
        pytest.param(frame(TEXT, b"a" * 65_537), 1009, id="text too large"),
        pytest.param(
            frame(BINARY, bytes(65_536), fin=False) + frame(CONT, b"x"), 1009, id="fragments too large"
        ),
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="close of one byte"),
        pytest.param(frame(CLOSE, closing(999)), 1002, id="close code below the range"),
        pytest.param(frame(CLOSE, closing(1005)), 1002, id="close code that must not be sent"),
        pytest.param(frame(CLOSE, closing(1000, b"\xff")), 1007, id="close reason not UTF-8"),
        pytest.param(frame(PING, bytes(126)), 1002, id="control frame over 125 bytes"),
        pytest.param(frame(PING, b"x", fin=False), 1002, id="control frame in fragments"),
    ],
)
async def test_what_breaks_the_rules_closes_with_its_code(client, house, data, code):
    client.send(frame(BINARY, b"before") + data + frame(BINARY, b"behind"))
    assert await client.closed_with() == code
    client.writer.close()
    [keeper] = house.keepers
    await keeper.until(lambda: keeper.why)
    assert keeper.told == [b"before"]
    assert keeper.why.startswith("the peer broke the WebSocket protocol: ")


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (frame(BINARY, bytes(65_537))[:14], "frame with 65537 bytes exceeds limit of 65536 bytes"),
        (frame(TEXT, b"a\xff"), "not UTF-8"),
    ],
)
async def test_the_rule_that_was_broken_is_told(client, house, data, rule):
    client.send(data)
    await client.closed_with()
    client.writer.close()
    [keeper] = house.keepers
    await keeper.until(lambda: keeper.why)
    assert keeper.why == f"the peer broke the WebSocket protocol: {rule}"


@pytest.mark.parametrize("payload", [b"", closing(1000), closing(1001, b"bye"), closing(4321)])
async def test_a_close_is_echoed_and_what_came_before_it_delivered(client, house, payload):
    client.send(frame(TEXT, b"last words") + frame(CLOSE, payload) + frame(TEXT, b"behind"))
    assert await client.frame() == (CLOSE, payload)
    assert await client.frame() is None
    client.writer.close()
    [keeper] = house.keepers
    await keeper.until(lambda: keeper.why)
    assert keeper.told == ["last words"]
    assert keeper.socket.close_code == (int.from_bytes(payload[:2], "big") or 1005)


async def test_a_pong_that_nobody_asked_for_is_nothing(client, house):
    client.send(frame(PONG, b"hm") + frame(BINARY, b"x"))
    assert await told(house, 1) == [b"x"]


@pytest.mark.parametrize(
    "flood", [frame(PING), frame(PONG), frame(CONT, b"", fin=False)], ids=["ping", "pong", "fragment"]
)
async def test_a_flood_of_frames_without_a_message_is_cut_off(client, house, flood):
    client.send(frame(BINARY, b"x", fin=False) + flood * 10_000)
    while (got := await client.frame())[0] == PONG:
        pass
    assert got[0] == CLOSE
    assert got[1][:2] == closing(1008)


async def test_messages_after_our_close_are_not_delivered_and_their_flood_is_cut_off(client, house):
    client.send(frame(TEXT, b"hello"))
    await told(house, 1)
    [keeper] = house.keepers
    keeper.socket.close(4000, "enough")
    client.send(frame(BINARY, b"x") * 10_000)
    assert await client.frame() == (CLOSE, closing(4000, b"enough"))
    assert await client.frame() is None  # the server has hung up
    assert keeper.told == ["hello"]


@pytest.mark.parametrize("message", [b"", b"x" * 125, b"x" * 126, b"x" * 65_535, "Grüße", ""])
async def test_what_the_server_sends_comes_as_one_frame(client, house, message):
    client.send(frame(TEXT, b"hello"))
    await told(house, 1)
    house.keepers[0].socket.send(message)
    data = message if isinstance(message, bytes) else message.encode()
    assert await client.frame() == (BINARY if isinstance(message, bytes) else TEXT, data)


async def test_an_exception_of_the_handler_ends_its_own_connection(server, house, caplog):
    async with raw(server) as bad, raw(server) as good:
        await bad.upgrade()
        await good.upgrade()
        one, other = house.keepers
        one.binary = lambda message: 1 / 0
        bad.send(frame(BINARY, b"x"))
        await one.until(lambda: one.why)
        good.send(frame(BINARY, b"x"))
        await other.until(lambda: other.told)
    assert "ZeroDivisionError" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_size_can_be_set(house):
    async with listening(house, message=10) as server, raw(server) as client:
        await client.upgrade()
        client.send(frame(BINARY, bytes(10)) + frame(BINARY, bytes(11)))
        assert await client.closed_with() == 1009
        assert house.keepers[0].told == [bytes(10)]
