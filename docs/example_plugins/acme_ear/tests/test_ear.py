from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from acme_ear import create_stt
from aiohttp import web

from switchhook import AudioFormat, Options, SpeechError
from switchhook.testing.conformance import check_speech_to_text

pytestmark = pytest.mark.anyio
PCM = AudioFormat("PCM", 8000)
SPEECH = b"\x00\x20\x00\xe0" * 4000  # one second, loud


@pytest.fixture
def anyio_backend():
    return "asyncio"


@asynccontextmanager
async def server(answer):
    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    try:
        yield Options({"url": f"http://{host}:{port}/v1/audio/transcriptions"}, place="stt", base=Path())
    finally:
        await runner.cleanup()


async def two_words(request):
    assert (await request.post())["file"].file.read(4) == b"RIFF"
    return web.json_response({"text": " last call "})


async def test_it_holds_what_every_engine_must_hold():
    async with server(two_words) as options:
        (final,) = await check_speech_to_text(lambda: create_stt(options), SPEECH)
    assert final.text == "last call"


async def test_a_server_in_trouble_is_an_error_of_its_own_kind():
    async def trouble(request):
        raise web.HTTPServiceUnavailable

    async with server(trouble) as options:
        ear = create_stt(options)
        async with ear, ear.open(PCM, "en-US", {}) as recognition:
            recognition.feed(SPEECH)
            recognition.finish()
            with pytest.raises(SpeechError) as caught:
                [each async for each in recognition]
    assert caught.value.reason == "no transcription"
