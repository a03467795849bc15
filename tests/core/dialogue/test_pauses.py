"""The peer keeps the caller from being heard for a while: Genesys' secure pause, for instance."""

import pytest

from switchhook import ReplyContext
from switchhook.call.dialogue.limits import Limits
from switchhook.call.record.masking import Mask
from switchhook.call.record.replay import replay_lines
from switchhook.contract.actions import CollectDigits
from switchhook.testing import MemoryAssistant, a_call
from switchhook.tools.replay_caller import moves

from .test_dialogue_rules import Conversation, said

pytestmark = pytest.mark.anyio

GREETED = 2.05  # seconds until the greeting was heard


def parrot():
    return MemoryAssistant(lambda turn: [f"you said {turn.text}" if turn.text else "welcome"])


async def test_a_caller_who_cannot_be_heard_is_not_silent():
    async with a_call(parrot(), limits=Limits(no_input=2)) as talk:
        await talk.wait(GREETED + 1)
        talk.leg.pause_caller()
        await talk.wait(300)
        assert [turn.kind for turn in talk.turns] == ["start"]
        assert not talk.ended.is_set()


async def test_the_caller_has_the_whole_time_to_answer_when_the_pause_is_over():
    async with a_call(parrot()) as talk:
        await talk.wait(GREETED + 6.5)
        talk.leg.pause_caller()
        await talk.wait(60)
        talk.leg.resume_caller()
        await talk.wait(6.9)
        assert len(talk.turns) == 1
        await talk.wait(0.2)
        assert talk.turns[1].kind == "no_input"


async def test_a_call_that_begins_in_a_pause_waits_for_its_end():
    async with a_call(parrot(), limits=Limits(no_input=1)) as talk:
        talk.leg.pause_caller()
        await talk.wait(100)
        talk.leg.resume_caller()
        talk.say("hello")
        await talk.wait(3)
        assert talk.heard() == ["welcome", "you said hello"]


async def test_the_bot_is_heard_in_a_pause():
    assistant = MemoryAssistant(lambda turn: ["welcome"] if turn.number == 1 else [1.0, "ten euros"])
    async with a_call(assistant) as talk:
        await talk.wait(GREETED)
        talk.say("my balance")
        talk.leg.pause_caller()
        await talk.wait(4)
        assert talk.heard() == ["welcome", "ten euros"]


async def test_who_was_cut_off_while_speaking_is_told_that_the_answer_takes_long():
    assistant = MemoryAssistant(lambda turn: ["welcome"] if turn.number == 1 else [5.0, "ten euros"])
    async with a_call(assistant, waiting_text="wait", limits=Limits(waiting=2.0)) as talk:
        await talk.wait(GREETED)
        talk.say("my balance")
        talk.begin_to_speak()
        talk.leg.pause_caller()
        await talk.wait(4)
        assert talk.heard() == ["welcome", "wait"]


async def test_what_was_said_before_the_pause_is_answered_in_it():
    async with a_call(parrot()) as talk:
        await talk.wait(GREETED)
        talk.say("my", final=False)
        talk.leg.pause_caller()
        await talk.wait(1)
        talk.say("my balance")  # its final takes a while
        await talk.wait(3)
        assert talk.heard() == ["welcome", "you said my balance"]


async def test_an_utterance_that_a_pause_has_cut_off_is_not_waited_for_long():
    async with a_call(parrot(), limits=Limits(cut_speech=3.0, speech=30.0)) as talk:
        await talk.wait(GREETED)
        talk.say("my", final=False)
        talk.leg.pause_caller()
        await talk.wait(60)
        talk.leg.resume_caller()
        await talk.wait(3 + 6.9)
        assert len(talk.turns) == 1
        await talk.wait(0.2)
        assert talk.turns[1].kind == "no_input"


async def test_who_goes_on_speaking_after_a_pause_is_heard_out():
    async with a_call(parrot()) as talk:
        await talk.wait(GREETED)
        talk.say("my", final=False)
        talk.leg.pause_caller()
        await talk.wait(60)
        talk.leg.resume_caller()
        for _ in range(10):
            talk.say("my balance and", final=False)
            await talk.wait(2)
        talk.say("my balance and my cards")
        await talk.wait(1)
        assert [turn.text for turn in talk.turns[1:]] == ["my balance and my cards"]


async def test_an_utterance_without_an_end_is_not_timed_in_a_pause():
    assistant = MemoryAssistant(lambda _: ["welcome"], context=lambda _: ReplyContext(None, None, 4.0))
    async with a_call(assistant) as talk:
        await talk.wait(GREETED)
        talk.say("my", final=False)
        talk.leg.pause_caller()
        await talk.wait(60)
        assert len(talk.turns) == 1


async def test_a_key_counts_in_a_pause():
    async with a_call(parrot()) as talk:
        await talk.wait(GREETED)
        talk.leg.pause_caller()
        talk.leg.press("5")
        await talk.wait(1)
        assert [turn.text for turn in talk.turns] == ["", "5"]


def test_a_number_that_is_being_keyed_is_waited_for_over_a_pause():
    talk = Conversation(CollectDigits(count=4, inter_digit_timeout=2.0))
    talk.press("12")
    talk.pause()
    talk.wait(60)
    talk.resume()
    talk.wait(1.9)
    assert said(talk) == []
    talk.press("34")
    assert said(talk) == [("digits", "1234")]


async def test_a_pause_does_not_make_a_call_longer_than_the_longest():
    async with a_call(parrot(), limits=Limits(max_call=60.0)) as talk:
        await talk.wait(10)
        talk.leg.pause_caller()
        assert (await talk.over()).outcome == "max_call"


async def test_a_silent_assistant_is_given_up_in_a_pause_too():
    async with a_call(MemoryAssistant(lambda _: [1e6])) as talk:
        talk.leg.pause_caller()
        assert (await talk.over()).reason == "assistant: no answer in time"


async def test_the_record_says_how_long_the_caller_could_not_be_heard():
    async with a_call(parrot()) as talk:
        await talk.wait(5)
        for _ in range(2):
            talk.leg.pause_caller()
            talk.leg.pause_caller()  # told again, it is the same pause
            await talk.wait(30)
            talk.leg.resume_caller()
            talk.leg.resume_caller()
        talk.leg.close()
        assert (await talk.over()).paused == 60.0


async def test_a_pause_that_the_call_ends_in_is_in_the_record():
    async with a_call(parrot()) as talk:
        await talk.wait(5)
        talk.leg.pause_caller()
        await talk.wait(30)
        talk.leg.close()
        assert (await talk.over()).paused == 30.0


async def test_a_caller_who_is_run_again_does_not_wait_for_a_pause_that_was():
    mask = Mask(["transcripts", "digits"])
    async with a_call(parrot(), mask=mask) as talk:
        await talk.wait(GREETED + 1)
        talk.leg.pause_caller()
        await talk.wait(100)
        talk.leg.resume_caller()
        await talk.wait(2)
        talk.say("hello")
        await talk.wait(0.1)
        talk.leg.close()
        await talk.over()
    move, last = moves(replay_lines(talk.events))
    assert (move.kind, move.text) == ("speech", "hello")
    assert move.after == pytest.approx(2.0)
    assert last.kind == "hang_up"


async def test_a_call_with_a_pause_goes_the_same_way_again():
    async with a_call(parrot(), limits=Limits(no_input=1)) as talk:
        await talk.wait(GREETED + 1)
        talk.leg.pause_caller()
        await talk.wait(100)
        talk.leg.resume_caller()
        await talk.over()
    again = replay_lines(talk.events)
    assert (again.differences, again.outcome) == ([], "no_input")
