"""A real voice through the whole of it: our client, the protocol, an offline engine behind."""

import pytest

from switchhook import load_voice
from switchhook.testing.conformance import check_text_to_speech

pytestmark = pytest.mark.anyio


async def test_a_real_voice_is_heard(watson):
    async with watson(load_voice("hibari")) as (_, _, engine, _):
        assert await check_text_to_speech(engine)
