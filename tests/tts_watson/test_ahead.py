"""Parts of a prompt that are fetched ahead."""

import gc
import weakref

import anyio

from switchhook import virtual_time
from switchhook_tts_watson.ahead import one_ahead


class Sound:
    """Of a part: some, and then none for long."""

    async def chunks(self):
        yield b"sound"
        await anyio.sleep(60)
        yield bytes(id(self) & 1)


async def interrupted():
    """A prompt that is cancelled while it is fetched."""
    sounds = [Sound() for _ in range(3)]
    with anyio.move_on_after(1):
        async with one_ahead([each.chunks() for each in sounds]) as chunks:
            async for _ in chunks:
                pass
    return [weakref.ref(each) for each in sounds]


async def left():
    found = await interrupted()
    await anyio.sleep(0)
    return [each() for each in found]


def test_nothing_of_a_prompt_that_is_cancelled_waits_for_a_search_for_circles():
    gc.collect()
    gc.disable()
    try:
        assert anyio.run(left, **virtual_time()) == [None] * 3
    finally:
        gc.enable()
