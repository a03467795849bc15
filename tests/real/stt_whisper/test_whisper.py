"""The real engine on recordings of people, over a telephone line."""

import threading

import anyio
import pytest

from switchhook import Transcript
from switchhook_embedded.testing import finals, hear

pytestmark = pytest.mark.anyio


async def wrong(engine, on_the_line, clips, names):
    """What was heard of those clips that were not heard exactly; all are heard at once."""
    heard = {}

    async def caller(name):
        heard[name] = finals(await hear(engine, on_the_line(name)))

    async with anyio.create_task_group() as group:
        for name in names:
            group.start_soon(caller, name)
    return {name: text for name, text in heard.items() if text != clips[name]["transcript"]}


async def test_clips_that_every_recogniser_gets_right_are_exact_but_for_one_or_two(
    engine, on_the_line, clips
):
    names = [n for n, clip in clips.items() if clip["human"] and all(clip["offline_recognisers"].values())]

    assert len(names) == 33
    assert len(await wrong(engine, on_the_line, clips, names)) <= 2


async def test_strings_of_digits_are_exact(engine, on_the_line, clips):
    names = [name for name in clips if name.startswith(("digits_", "pin_"))]

    assert len(names) == 4
    assert await wrong(engine, on_the_line, clips, names) == {}


async def test_no_words_are_told_before_the_final(engine, on_the_line):
    events = await hear(engine, on_the_line("first_in_line"))

    # Where the decoder is slow, an interim without words asks for patience.
    assert [event.final for event in events if isinstance(event, Transcript) and event.text] == [True]


async def test_music_is_no_utterance(engine, on_the_line):
    assert finals(await hear(engine, on_the_line("music_morning_coffee"))) == ""


async def test_no_thread_is_left_when_the_last_call_has_ended(engine, on_the_line):
    await hear(engine, on_the_line("hello"))

    its_own = [thread for thread in threading.enumerate() if thread.name.startswith("whisper")]
    for thread in its_own:
        thread.join(10)
    assert [thread.name for thread in its_own if thread.is_alive()] == []
