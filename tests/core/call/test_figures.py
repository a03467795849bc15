"""What a call measures, in virtual time."""

import pytest

from switchhook import Transcript, hookimpl
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech, a_call

pytestmark = pytest.mark.anyio


class Listener:
    def __init__(self):
        self.told = []

    @hookimpl
    def measured(self, name, value, labels):
        self.told.append((name, value, dict(labels)))

    def values(self, name):
        return [pytest.approx(value, abs=0.02) for each, value, _ in self.told if each == name]

    def labels(self, name, label):
        return [labels[label] for each, _, labels in self.told if each == name]


@pytest.fixture
def figures():
    return Listener()


def answering():
    return MemoryAssistant(lambda turn: [0.5, "ten euros"] if turn.text else [1.0, "welcome"])


async def test_a_call_measures_how_soon_it_has_sounded_once(figures):
    async with a_call(answering(), plugins=[figures], tts=MemoryTextToSpeech(delay=0.25)) as talk:
        await talk.wait(5)
        talk.say("my balance")
        await talk.wait(5)
    assert figures.values("first_sound_seconds") == [1.25]


async def test_each_stage_of_a_turn_is_measured(figures):
    async with a_call(answering(), plugins=[figures], tts=MemoryTextToSpeech(delay=0.25)) as talk:
        await talk.wait(5)
        talk.say("my balance")
        await talk.wait(5)
    assert figures.values("assistant_seconds") == [1.0, 0.5]
    assert figures.values("synthesis_seconds") == [0.25, 0.25]
    assert figures.values("recognition_seconds") == [0.0]
    assert figures.values("turn_seconds") == [0.75]


async def test_an_interruption_by_voice_is_counted_once(figures):
    async with a_call(answering(), plugins=[figures]) as talk:
        await talk.wait(2)
        talk.say("my", final=False)
        talk.say("my balance")
        await talk.wait(5)
    assert figures.labels("barge_ins", "by") == ["voice"]


async def test_how_long_the_prompt_went_on_after_the_caller_began_is_measured(figures):
    async with a_call(answering(), plugins=[figures]) as talk:
        await talk.wait(2)
        talk.leg.speak(bytes(8000))
        fed = talk.leg.audio.seconds(len(talk.stt.opened[-1].fed))
        talk.stt.hear(Transcript("my", False, fed - 0.4, fed - 0.1))
        await talk.wait(1)
    assert figures.values("barge_in_seconds") == [0.4]


async def test_an_interruption_by_key_is_counted_as_one(figures):
    async with a_call(answering(), plugins=[figures]) as talk:
        await talk.wait(2)
        talk.leg.press("1")
        await talk.wait(5)
    assert figures.labels("barge_ins", "by") == ["key"]


async def test_a_server_that_stops_at_once_has_not_been_interrupted(figures):
    async with a_call(answering(), plugins=[figures]) as talk:
        await talk.wait(2)
        talk.call.stop(at_once=True)
        await talk.over()
    assert figures.labels("barge_ins", "by") == []


async def test_a_hole_in_a_prompt_is_counted(figures):
    class Halting(MemoryTextToSpeech):
        async def _chunks(self, text, audio):
            import anyio

            yield self.sound(text) * audio.size(0.5)
            await anyio.sleep(0.9)
            yield self.sound(text) * audio.size(0.5)

    async with a_call(answering(), plugins=[figures], tts=Halting()) as talk:
        await talk.wait(6)
    assert figures.labels("playout_underruns", "connector") == ["test"]
