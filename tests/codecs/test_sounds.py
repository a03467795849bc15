"""Files are decoded beside the event loop, each once."""

import io
import threading

import anyio
import numpy as np
import pytest
import soundfile

from switchhook import AudioFormat, Unplayable
from switchhook_codecs import decoding, sounds, wav
from switchhook_codecs.l16 import L16Settings
from switchhook_codecs.l16 import load_audio as load_l16
from switchhook_codecs.sounds import Sounds

pytestmark = pytest.mark.anyio
PCM, PCMU = AudioFormat("PCM", 8000), AudioFormat("PCMU", 8000)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


def file(seconds=1.0, container="FLAC", rate=8000):
    made = io.BytesIO()
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, int(rate * seconds))
    soundfile.write(made, noise, rate, format=container, subtype="PCM_16")
    return made.getvalue()


@pytest.fixture
def decoded(monkeypatch):
    """Threads in which files were decoded, each time."""
    threads, decode = [], decoding.decode

    def noted(*given):
        threads.append(threading.current_thread())
        return decode(*given)

    monkeypatch.setattr(decoding, "decode", noted)
    return threads


@pytest.mark.parametrize(
    "given", [file(), file(20.0, "WAV"), b"", b"<html>"], ids=["flac", "wav", "empty", "html"]
)
async def test_what_may_take_long_is_decoded_in_another_thread(decoded, given):
    with pytest.raises(Unplayable) if len(given) < 9 else anyio.CancelScope():
        await wav.load_audio(given, PCM)
    assert threading.current_thread() not in decoded
    assert len(decoded) == 1


async def test_a_tone_is_decoded_at_once(decoded):
    assert len(wav.load_audio(file(1.0, "WAV"), PCM)) == 16_000
    assert decoded == [threading.current_thread()]


async def test_what_is_played_again_is_decoded_once(decoded):
    answers = [await wav.load_audio(bytes(bytearray(file())), PCM) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(decoded) == 1


async def test_what_many_calls_play_at_the_same_time_is_decoded_once(decoded):
    async with anyio.create_task_group() as group:
        for _ in range(9):
            group.start_soon(sounds.load, file(), PCM)
    assert len(decoded) == 1


async def test_a_file_that_cannot_be_played_is_not_tried_twice(decoded):
    for _ in range(3):
        with pytest.raises(Unplayable, match="HTML") as caught:
            await sounds.load(b"<html>", PCM)
    assert caught.value.reason == "Format not recognised. It looks like an HTML page or the like"
    assert len(decoded) == 1


async def test_each_line_has_its_own_form_of_a_file(decoded):
    assert len(await sounds.load(file(), PCM)) == 2 * len(await sounds.load(file(), PCMU))
    assert len(decoded) == 2


async def test_the_file_that_was_played_longest_ago_makes_room(decoded):
    kept = Sounds(most=40_000)
    for seconds in (1.0, 0.9, 1.0, 0.8, 1.0, 0.9):
        await kept.load(file(seconds), PCM)
    assert len(decoded) == 4


async def test_who_hangs_up_leaves_the_file_to_the_others(monkeypatch):
    begun, go_on, decode = threading.Event(), threading.Event(), decoding.decode
    tried = []

    def slow(data, audio, check):
        tried.append(1)
        begun.set()
        if len(tried) == 1:
            go_on.wait(5)
        return decode(data, audio, check)

    monkeypatch.setattr(decoding, "decode", slow)
    heard = []

    async def hear():
        heard.append(await kept.load(file(), PCM))

    kept = Sounds()
    async with anyio.create_task_group() as group, anyio.create_task_group() as first:
        first.start_soon(kept.load, file(), PCM)
        await anyio.to_thread.run_sync(begun.wait, 5)
        group.start_soon(hear)
        await anyio.sleep(0)
        first.cancel_scope.cancel()
        go_on.set()
    assert [len(samples) for samples in heard] == [16_000]


async def test_a_prompt_that_is_given_up_does_not_keep_its_thread(monkeypatch):
    """Of ten minutes, no more is decoded than until then."""
    begun, blocks, decode = threading.Event(), [], decoding.decode

    def noted(data, audio, check):
        def each():
            blocks.append(1)
            if len(blocks) == 3:
                begun.set()
                stopped.wait(5)
            check()

        return decode(data, audio, each)

    stopped = threading.Event()
    monkeypatch.setattr(decoding, "decode", noted)
    async with anyio.create_task_group() as group:
        group.start_soon(Sounds().load, file(60.0), PCM)
        await anyio.to_thread.run_sync(begun.wait, 5)
        group.cancel_scope.cancel()
        stopped.set()
    assert len(blocks) <= 4


async def test_a_line_in_the_other_byte_order_waits_likewise():
    line = AudioFormat("L16", 8000)
    big = await load_l16(file(), line, L16Settings(byte_order="big"))
    little = await load_l16(file(), line, L16Settings(byte_order="little"))
    assert big == np.frombuffer(little, "<i2").astype(">i2").tobytes()
