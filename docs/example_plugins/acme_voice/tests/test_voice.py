import math
from array import array
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from acme_voice import create_tts
from aiohttp import web

from switchhook import AudioFormat, Options, SpeechError
from switchhook.testing.conformance import check_text_to_speech

pytestmark = pytest.mark.anyio
PCM = AudioFormat("PCM", 8000)
LETTER = array("h", (int(9000 * math.sin(n / 20)) for n in range(1201))).tobytes()  # about 50 ms, of 24 kHz


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def spell(request):
    text = (await request.json())["input"]
    if not text.isascii():
        raise web.HTTPUnprocessableEntity
    stream = web.StreamResponse()
    await stream.prepare(request)
    for _ in text:
        await stream.write(LETTER)
    return stream


async def trouble(request):
    raise web.HTTPServiceUnavailable


@asynccontextmanager
async def server(answer):
    app = web.Application()
    app.router.add_post("/v1/audio/speech", answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    try:
        yield Options({"url": f"http://{host}:{port}/v1/audio/speech"}, place="tts", base=Path())
    finally:
        await runner.cleanup()


async def test_it_holds_what_every_voice_must_hold():
    async with server(spell) as options:
        assert await check_text_to_speech(lambda: create_tts(options))


async def test_a_server_in_trouble_is_an_error_of_its_own_kind():
    async with server(trouble) as options:
        voice = create_tts(options)
        async with voice:
            with pytest.raises(SpeechError) as caught:
                async with voice.synthesize("Hello.", PCM, "en-US", {}):
                    pass
    assert caught.value.reason == "the speech server failed"
