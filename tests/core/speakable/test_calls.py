"""What is said of texts in a call: pauses are heard, names are pronounced, and what was mended is in the record."""

import pytest
import trio.testing

from switchhook import Say, hookimpl
from switchhook.speakable.words import Pronunciations
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech, a_call

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


class Saying:
    @hookimpl
    def handle_text(self, response):
        return [Say(response.text)]


async def spoken(text, **given):
    tts = MemoryTextToSpeech(seconds=1.0, **given)
    assistant = MemoryAssistant(lambda _: [text])
    names = Pronunciations({"Nguyen": "win"})
    async with a_call(assistant, tts=tts, plugins=[Saying()], pronunciations=names) as talk:
        await talk.wait(8)
        talk.leg.close()
        record = await talk.over()
        return tts.texts, [each["problem"] for each in record.not_performed]


@pytest.mark.parametrize("ssml", [False, True])
async def test_every_voice_pronounces_names_as_the_connector_says(ssml):
    texts, _ = await spoken("Ask Nguyen.", ssml=ssml)
    assert texts == ["Ask win."]


async def test_a_voice_without_ssml_is_given_words_between_pauses():
    texts, _ = await spoken('One <break time="2s"/> two.')
    assert texts == ["One", "two."]


async def test_what_was_mended_is_in_the_record_once():
    texts, remarks = await spoken("<speak>Q&A <break/> now", ssml=True)
    assert texts == ["<speak>Q&amp;A <break/> now</speak>"]
    assert len(remarks) == 1
    assert remarks[0].startswith("SSML was mended")
