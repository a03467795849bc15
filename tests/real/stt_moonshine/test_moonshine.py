"""The real engine on recordings of people, over a telephone line."""

import anyio
import numpy as np
import pytest

from switchhook import SpeechStarted, Transcript
from switchhook_embedded.testing import LINE, finals, hear, words

pytestmark = pytest.mark.anyio

PATIENCE = 30.0


async def wrong(engine, on_the_line, clips, names):
    """What was heard of those clips that were not heard exactly."""
    heard = {name: finals(await hear(engine, on_the_line(name))) for name in names}
    return {name: text for name, text in heard.items() if text != clips[name]["transcript"]}


@pytest.fixture
def easy(clips):
    """Names of the clips that this engine, another one and this whole pipeline were seen to get right."""
    names = [n for n, clip in clips.items() if clip["human"] and all(clip["offline_recognisers"].values())]
    assert len(names) == 33
    return names


async def test_clips_that_every_recogniser_gets_right_are_exact_but_for_one_or_two(
    engine, on_the_line, clips, easy
):
    """Single words are fragile: a shift by some milliseconds makes "four" a "sore"."""
    assert len(await wrong(engine, on_the_line, clips, easy)) <= 2


async def test_phrases_are_exact(engine, on_the_line, clips, easy):
    phrases = [name for name in easy if len(clips[name]["transcript"].split()) > 2]

    assert len(phrases) == 13
    assert await wrong(engine, on_the_line, clips, phrases) == {}


async def test_strings_of_digits_are_exact(engine, on_the_line, clips):
    names = [name for name in clips if name.startswith(("digits_", "pin_"))]

    assert len(names) == 4
    assert await wrong(engine, on_the_line, clips, names) == {}


@pytest.mark.parametrize("dbfs", [None, -60, -40, -26])
async def test_silence_and_noise_are_no_utterance(engine, dbfs):
    noise = (
        np.zeros(48_000) if dbfs is None else np.random.default_rng(1).normal(0, 10 ** (dbfs / 20), 48_000)
    )

    assert finals(await hear(engine, (noise * 32767).astype("<i2").tobytes())) == ""


async def test_music_is_no_utterance(engine, on_the_line):
    assert finals(await hear(engine, on_the_line("music_morning_coffee"))) == ""


async def test_every_longer_utterance_has_an_interim_before_its_final_and_none_after(
    engine, on_the_line, clips
):
    kinds, begun = {}, LINE.size(2.0)
    for name in [name for name, clip in clips.items() if clip["human"] and clip["seconds"] > 1.5]:
        pcm = on_the_line(name)
        async with engine.open(LINE, "en-US", {}) as recognition:
            recognition.feed(pcm[:begun])
            with anyio.fail_after(PATIENCE):
                first = [await anext(recognition), await anext(recognition)]
            recognition.feed(pcm[begun:])
            recognition.finish()
            events = first + [event async for event in recognition]
        kinds[name] = ["began" if isinstance(e, SpeechStarted) else e.final for e in events]

    assert len(kinds) == 20
    for order in kinds.values():
        assert order[:2] == ["began", False]
        assert order.count(True) == 1
        assert order[-1] is True


async def test_a_final_says_when_the_caller_spoke(engine, on_the_line):
    _, *_, final = await hear(engine, on_the_line("info_last_call", before=2.0))

    assert final == Transcript(
        "Information about your last call.", True, pytest.approx(2.1, abs=0.15), pytest.approx(4.1, abs=0.15)
    )


async def test_two_calls_at_once_do_not_hear_each_other(engine, on_the_line):
    texts = {}

    async def caller(name):
        texts[name] = finals(await hear(engine, on_the_line(name)))

    async with anyio.create_task_group() as group:
        group.start_soon(caller, "pin_1234")
        group.start_soon(caller, "info_last_call")

    assert texts == {
        "pin_1234": "one two three four",
        "info_last_call": words("information about your last call"),
    }
