"""A client that changes its mind about the language, again and again."""

import anyio
import pytest

from switchhook.call.listening.listening import AT_ONCE, OPENINGS
from switchhook.testing import MemoryAssistant
from switchhook.testing.talk import a_call

pytestmark = pytest.mark.anyio

UPDATES, RATE = 255, 50  # as many as a connection may bring in five seconds
LINE = 8_000  # bytes a second


@pytest.fixture
async def after_many_updates():
    """The recogniser, and a call in which a client has had its way."""
    async with a_call(MemoryAssistant(lambda turn: [])) as talk:
        ear = talk.stt
        for number in range(UPDATES):
            talk.leg.change_language(("es-ES", "en-GB", "fr-FR")[number % 3])
            talk.leg.speak(bytes(LINE // RATE))
            await anyio.sleep(1 / RATE)
        yield ear, talk


async def test_recognitions_are_opened_at_a_bounded_rate(after_many_updates):
    ear, _ = after_many_updates
    assert 2 <= len(ear.opened) <= 1 + AT_ONCE + UPDATES / RATE * OPENINGS + 1


async def test_the_newest_language_is_heard_in_the_end(after_many_updates):
    ear, talk = after_many_updates
    await talk.wait(1 / OPENINGS + 1)
    assert ear.opened[-1].language == ("es-ES", "en-GB", "fr-FR")[(UPDATES - 1) % 3]


async def test_no_audio_is_lost_meanwhile(after_many_updates):
    ear, talk = after_many_updates
    await talk.wait(1 / OPENINGS + 1)
    assert sum(len(each.fed) for each in ear.opened) == UPDATES * (LINE // RATE)


async def test_a_change_now_and_then_does_not_wait():
    async with a_call(MemoryAssistant(lambda turn: [])) as talk:
        ear = talk.stt
        for number in range(10):
            talk.leg.change_language(("es-ES", "en-GB")[number % 2])
            await talk.wait(1 / OPENINGS)
            assert len(ear.opened) == number + 2
