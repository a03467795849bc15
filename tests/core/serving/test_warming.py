import anyio
import pytest

from switchhook.call.bot import Bot
from switchhook.call.engine import engines_of
from switchhook.call.prompt_cache.cache import PromptCache
from switchhook.serving.drivers.warming import AGAIN, COOLING, warmed
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech
from switchhook.testing.talk import a_call

pytestmark = pytest.mark.anyio


def connector(*voices, **texts):
    return Bot("test", (), (), engines_of("tts", voices), None, **texts)


async def test_the_texts_of_a_connector_and_its_listed_prompts_are_made_at_the_start():
    voice, cache = MemoryTextToSpeech(), PromptCache(memory=1, disk=0)
    texts = {"failure_text": "sorry", "closing_text": "bye", "waiting_text": "wait", "prompts": ("welcome",)}
    async with warmed(cache, [connector(voice, **texts)]):
        await anyio.sleep(1)
        assert voice.texts == ["sorry", "bye", "wait", "welcome"]


async def test_what_could_not_be_made_is_tried_again():
    voice, cache = MemoryTextToSpeech(fail={"sorry"}), PromptCache(memory=1, disk=0)
    async with warmed(cache, [connector(voice, failure_text="sorry")]):
        await anyio.sleep(AGAIN - 1)
        voice.fail.clear()
        await anyio.sleep(2)
        assert voice.texts == ["sorry"]


async def test_an_operator_is_told_what_is_not_ready(caplog):
    voice, cache = MemoryTextToSpeech(fail={"sorry"}), PromptCache(memory=1, disk=0)
    async with warmed(cache, [connector(voice, failure_text="sorry")]):
        await anyio.sleep(1)
    assert "1 prompts are not ready, MemoryTextToSpeech: wanted by the test" in caplog.text


async def test_with_every_backend_down_the_failure_text_is_still_heard():
    voice, cache = MemoryTextToSpeech(), PromptCache(memory=1, disk=0)
    shown = connector(voice, failure_text="sorry")
    async with warmed(cache, [shown]):
        await anyio.sleep(1)
        voice.fail |= {"sorry", "welcome"}
        greeter = MemoryAssistant(lambda turn: ["welcome"])
        async with a_call(greeter, tts=voice, cache=cache) as talk:
            record = await talk.over()
            assert (talk.heard(), record.outcome) == (["sorry"], "failed")


async def test_without_a_cache_nothing_is_made():
    voice = MemoryTextToSpeech()
    async with warmed(None, [connector(voice, failure_text="sorry")]):
        await anyio.sleep(1)
    assert voice.texts == []


class Warm(MemoryTextToSpeech):
    warmed = 0

    async def warm(self):
        self.warmed += 1
        if self.warmed == 1:
            raise RuntimeError("pin 1234")


async def test_an_engine_that_can_be_warmed_is_kept_warm_whatever_it_raises(caplog):
    [voice] = engines_of("tts", [Warm()])
    async with warmed(None, [connector(voice), connector(voice)]):
        await anyio.sleep(COOLING + 1)
    assert voice.driver.warmed == 2
    assert "1234" not in caplog.text


async def test_an_operator_is_told_once_that_an_engine_is_not_ready(caplog):
    class Cold(MemoryTextToSpeech):
        async def warm(self):
            raise RuntimeError

    with caplog.at_level("INFO"):
        async with warmed(None, [connector(Cold())]):
            await anyio.sleep(5 * COOLING)
    assert caplog.text.count("Cold is not ready: RuntimeError") == 1
