"""A real voice through the whole of it: our client, the protocol, an offline engine behind."""

import pytest

from switchhook import AudioFormat, load_voice

PCM = AudioFormat("PCM", 8000)
pytestmark = pytest.mark.anyio


async def test_a_real_voice_is_heard(watson):
    async with (
        watson(load_voice("hibari")) as (_, _, engine, _),
        engine.synthesize("One moment, please.", PCM, "en-US", {}) as chunks,
    ):
        assert PCM.seconds(len(b"".join([chunk async for chunk in chunks]))) > 0.5
