"""An engine in whose code something calls `sys.exit` costs at most its own part of a call."""

from contextlib import asynccontextmanager

import pytest

from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech, a_call

pytestmark = pytest.mark.anyio


class DeafEar(MemorySpeechToText):
    @asynccontextmanager
    async def open(self, *_):
        raise SystemExit(3)
        yield


class MuteVoice(MemoryTextToSpeech):
    @asynccontextmanager
    async def synthesize(self, *_):
        raise SystemExit(3)
        yield


class SilentBot(MemoryAssistant):
    @asynccontextmanager
    async def open(self, _):
        raise SystemExit(3)
        yield


class HalfBot(MemoryAssistant):
    """Ends the program in the middle of its first reply."""

    def __init__(self):
        super().__init__(self._answer)

    def _answer(self, _):
        raise SystemExit(3)


def bot():
    return MemoryAssistant(lambda turn: [f"{turn.number} hello"])


@pytest.mark.parametrize("cached", [False, True])
async def test_the_next_voice_speaks(cached):
    from switchhook.call.prompt_cache.cache import PromptCache

    cache = PromptCache(None, memory=1_000_000, disk=1) if cached else None
    spare = MemoryTextToSpeech()
    more = {"cache": cache, "voices": (MuteVoice(), spare)}
    if cache is None:
        async with a_call(bot(), **more) as talk:
            await talk.wait(3)
    else:
        async with cache.running(), a_call(bot(), **more) as talk:
            await talk.wait(3)
    assert spare.texts == ["1 hello"]
    assert [fault["error"] for fault in talk.call.record_writer.record.faults] == ["SystemExit"]


async def test_the_next_recogniser_hears():
    spare = MemorySpeechToText()
    async with a_call(bot(), recognisers=(DeafEar(), spare)) as talk:
        await talk.wait(3)
    assert len(spare.opened) == 1
    assert [fault["error"] for fault in talk.call.record_writer.record.faults] == ["SystemExit"]


@pytest.mark.parametrize("failing", [SilentBot(lambda _: []), HalfBot()], ids=["at once", "half way"])
async def test_the_next_assistant_answers(failing):
    async with a_call(bot(), assistants=(failing, bot())) as talk:
        await talk.wait(3)
        assert talk.heard() == ["1 hello"]
    assert [fault["error"] for fault in talk.call.record_writer.record.faults] == ["SystemExit"]
