"""Spare engines take over, within a call and for those after it."""

from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf, nan

import anyio
import pytest

from switchhook import AssistantError, SpeechError, SpeechStarted, Transcript
from switchhook.call.engine import FAILURES, engines_of
from switchhook.call.failover import CONVERSING, LISTENING, Patiences
from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech
from switchhook.testing.talk import a_call

pytestmark = pytest.mark.anyio

GONE = AssistantError("x", reason="gone")


def answers(*texts):
    return MemoryAssistant(lambda turn: list(texts))


def greeter():
    return MemoryAssistant(lambda turn: ["welcome"] if turn.number == 1 else [])


# --- assistants


async def test_the_spare_assistant_is_told_the_turn_that_the_first_one_failed():
    first = MemoryAssistant(lambda turn: ["welcome"] if turn.number == 1 else [GONE])
    spare = answers("let me connect you")
    async with a_call(first, assistants=(first, spare)) as talk:
        await talk.wait(3)
        talk.say("my balance")
        await talk.wait(3)
        assert talk.heard() == ["welcome", "let me connect you"]
        assert [turn.text for turn in spare.turns] == ["my balance"]


async def test_also_when_it_fails_in_the_middle_of_its_reply():
    first, spare = answers("your balance", 0.5, GONE), answers("sorry for that")
    async with a_call(first, assistants=(first, spare)) as talk:
        await talk.wait(6)
        assert talk.heard() == ["your balance", "sorry for that"]


async def test_and_when_it_does_not_begin_to_answer():
    first, spare = answers(1e6), answers("here I am")
    async with a_call(first, assistants=(first, spare)) as talk:
        await talk.wait(9)
        assert talk.heard() == ["here I am"]


async def test_how_long_it_may_take_to_begin_is_a_matter_of_the_connector():
    first, spare = answers(1e6), answers("here I am")
    hasty = Patiences(conversing=replace(CONVERSING, answering=0.5))
    async with a_call(first, assistants=(first, spare), patience=hasty) as talk:
        await talk.wait(1)
        assert talk.heard() == ["here I am"]


async def test_a_slow_end_of_a_reply_is_left_its_time():
    first, spare = answers("one", 9.0, "two"), answers("not me")
    async with a_call(first, assistants=(first, spare)) as talk:
        await talk.wait(15)
        assert talk.heard() == ["one", "two"]


async def test_the_record_says_which_assistant_failed():
    first, spare = answers(GONE), answers("here I am")
    async with a_call(first, assistants=(first, spare)) as talk:
        await talk.wait(3)
        [fault] = talk.call.record_writer.record.faults
        assert (fault["source"], fault["error"], fault["engine"]) == ("assistant", "gone", "MemoryAssistant")


async def test_calls_after_several_failures_begin_with_the_spare():
    first, spare = answers(GONE), answers("here I am")
    engines = engines_of("assistant", [first, spare])
    for _ in range(FAILURES + 1):
        async with a_call(first, assistants=engines) as talk:
            await talk.wait(1)
    assert (len(first.turns), len(spare.turns)) == (FAILURES, FAILURES + 1)


# --- recognition


async def test_a_recogniser_that_fails_after_a_while_is_tried_again():
    async with a_call(greeter()) as talk:
        await talk.wait(LISTENING.steady + 1)
        talk.stt.hear(SpeechError("gone"))
        await talk.wait(1)
        talk.say("still here")
        await talk.wait(1)
        assert talk.turns[-1].text == "still here"


async def test_also_at_once_after_a_short_trouble():
    async with a_call(greeter()) as talk:
        await talk.wait(1)
        talk.stt.broken = True
        talk.stt.hear(SpeechError("gone"))
        await talk.wait(LISTENING.persistence - LISTENING.pause - 0.1)
        talk.stt.broken = False
        talk.leg.speak(bytes(8000))
        await talk.wait(1)
        talk.say("still here")
        await talk.wait(1)
        assert (talk.turns[-1].text, len(talk.stt.opened[-1].fed)) == ("still here", 8000)


async def test_a_trouble_that_lasts_fails_the_call_in_time():
    async with a_call(greeter()) as talk:
        await talk.wait(4)
        talk.stt.broken = True
        talk.stt.hear(SpeechError("gone"))
        await talk.wait(LISTENING.persistence + 0.1)
        assert talk.tts.texts == ["welcome", "sorry"]
        assert (await talk.over()).reason == "recognition: broken by the test"


@pytest.mark.parametrize("given", ["hello", 7, Transcript(None, True), Transcript(b"hello", True)])
async def test_a_recogniser_that_gives_what_nobody_said_has_failed_and_the_call_goes_on(given):
    async with a_call(greeter()) as talk:
        await talk.wait(4)
        talk.stt.hear(given)
        await talk.wait(1)
        talk.say("still here")
        await talk.wait(1)
        [fault] = talk.call.record_writer.record.faults
        assert (talk.turns[-1].text, fault["source"]) == ("still here", "recognition")
        assert fault["error"].startswith(f"it gave a {type(given).__name__} that is nothing heard")


@pytest.mark.parametrize(
    ("beside", "sure"),
    [
        ({"confidence": "0.9"}, 0.9),
        ({"confidence": "high"}, None),
        ({"confidence": nan}, None),
        ({"start": None, "end": None}, None),
        ({"start": 0, "end": inf}, None),
        ({"start": "soon", "end": -1.0}, None),
        ({"raw": None}, None),
    ],
)
async def test_what_stands_beside_a_text_and_cannot_be_read_costs_no_turn(beside, sure):
    async with a_call(greeter()) as talk:
        await talk.wait(4)
        talk.begin_to_speak()
        talk.stt.hear(SpeechStarted(None))
        talk.stt.hear(Transcript("hello", True, **beside))
        await talk.wait(1)
        turn = talk.turns[-1]
        assert (turn.text, turn.confidence, turn.raw) == ("hello", sure, {})
        assert talk.call.record_writer.record.faults == []


async def test_a_spare_recogniser_hears_what_was_said_meanwhile():
    spare = MemorySpeechToText()
    first = MemorySpeechToText()
    async with a_call(greeter(), recognisers=(first, spare)) as talk:
        await talk.wait(3)
        first.hear(SpeechError("gone"))
        talk.leg.speak(bytes(8000))
        await talk.wait(2)
        assert len(spare.opened[-1].fed) >= 8000


async def test_what_a_final_covers_is_not_heard_twice():
    first, spare = MemorySpeechToText(), MemorySpeechToText()
    async with a_call(greeter(), recognisers=(first, spare)) as talk:
        await talk.wait(3)
        talk.leg.speak(b"\x01" * 8000)
        talk.leg.speak(b"\x02" * 8000)
        first.hear(Transcript("one", True, 0.0, 1.0))
        await talk.wait(1)
        first.hear(SpeechError("gone"))
        await talk.wait(1)
        assert bytes(spare.opened[-1].fed) == b"\x02" * 8000


class SlowlyBroken(MemorySpeechToText):
    """Says that it fails, after a while: as a refused connection does."""

    @asynccontextmanager
    async def open(self, audio, language, parameters, /):
        await anyio.sleep(0.2)
        raise SpeechError("refused", reason="refused")
        yield


async def test_a_recogniser_that_says_that_it_fails_is_not_taken_for_a_silent_one():
    first, spare = engines_of("stt", [SlowlyBroken(), MemorySpeechToText()])
    async with a_call(greeter(), recognisers=(first, spare)) as talk:
        await talk.wait(2)
        assert not first.rests(anyio.current_time())


class Silent(MemorySpeechToText):
    @asynccontextmanager
    async def open(self, audio, language, parameters, /):
        await anyio.sleep(inf)
        yield


async def test_a_spare_recogniser_is_opened_soon_where_the_first_is_silent():
    spare = MemorySpeechToText()
    async with a_call(greeter(), recognisers=(Silent(), spare)) as talk:
        talk.leg.speak(bytes(8000))
        await talk.wait(LISTENING.opening - 0.1)
        assert not spare.opened
        await talk.wait(0.2)
        assert len(spare.opened[-1].fed) == 8000


async def test_a_recogniser_without_a_spare_has_longer():
    class Slow(MemorySpeechToText):
        @asynccontextmanager
        async def open(self, audio, language, parameters, /):
            await anyio.sleep(LISTENING.last - 0.1)
            async with super().open(audio, language, parameters) as recognition:
                yield recognition

    slow = Slow()
    async with a_call(greeter(), recognisers=(slow,)) as talk:
        await talk.wait(LISTENING.last)
        assert len(slow.opened) == 1


async def test_from_a_spare_recogniser_the_call_may_go_back():
    first, spare = MemorySpeechToText(), MemorySpeechToText()
    async with a_call(greeter(), recognisers=(first, spare)) as talk:
        await talk.wait(1)
        first.hear(SpeechError("gone"))
        await talk.wait(LISTENING.steady + 2)
        spare.hear(SpeechError("gone"))
        await talk.wait(1)
        first.hear(Transcript("back again", True))
        await talk.wait(1)
        assert talk.turns[-1].text == "back again"


# --- voices


async def test_a_spare_voice_speaks_what_the_first_cannot():
    spare = MemoryTextToSpeech()
    async with a_call(answers("welcome"), voices=(MemoryTextToSpeech(fail={"welcome"}), spare)) as talk:
        await talk.wait(3)
        assert spare.texts == ["welcome"]


async def test_the_failure_text_is_heard_whatever_was_queued_behind_the_prompt_that_failed():
    tts = MemoryTextToSpeech(fail={"one", "two"})
    async with a_call(answers("one", "two", "three"), tts=tts) as talk:
        await talk.over()
        assert talk.heard() == ["sorry"]


async def test_while_the_only_recogniser_is_tried_again_the_caller_is_told_to_wait():
    async with a_call(greeter(), waiting_text="wait") as talk:
        await talk.wait(4)
        talk.stt.broken = True
        talk.stt.hear(SpeechError("gone"))
        await talk.over()
        assert talk.heard() == ["welcome", "wait", "sorry"]


async def test_a_spare_recogniser_takes_over_without_a_word():
    first, spare = MemorySpeechToText(), MemorySpeechToText()
    async with a_call(greeter(), waiting_text="wait", recognisers=(first, spare)) as talk:
        await talk.wait(4)
        first.hear(SpeechError("gone"))
        await talk.wait(3)
        assert talk.tts.texts == ["welcome"]


# --- the end


async def test_a_failed_call_may_be_given_back_as_an_error():
    async with a_call(answers(GONE), on_failure="error") as talk:
        await talk.over()
        assert talk.leg.outcome.reason == "error"


async def test_a_failed_call_names_itself_as_an_intent():
    async with a_call(answers(GONE)) as talk:
        await talk.over()
        assert talk.leg.outputs["Intent"] == "failed"
