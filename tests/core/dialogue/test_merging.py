"""What is said in pieces is one turn where a connector asks for that."""

import pytest

from switchhook import Say
from switchhook.call.dialogue.limits import Limits
from switchhook.contract.speech import SpeechStarted, Transcript
from switchhook.testing import MemoryAssistant, a_call

from .test_dialogue_rules import Conversation, said

MERGING = Limits(merge=1.0)


def merging(*actions):
    return Conversation(*actions, limits=MERGING)


def test_finals_that_follow_in_time_are_one_turn():
    talk = merging()
    for text in ("I want", "to speak", "to an agent"):
        talk.say(text)
        talk.wait(0.9)
    assert said(talk) == []
    talk.wait(0.2)
    assert said(talk) == [("speech", "I want to speak to an agent")]


def test_a_final_that_follows_later_is_a_turn_of_its_own():
    talk = merging()
    talk.say("hello")
    talk.wait(1.1)
    talk.reply(Say("hi"))
    talk.say("agent")
    talk.wait(1.1)
    assert said(talk) == [("speech", "hello"), ("speech", "agent")]


def test_off_each_final_is_a_turn():
    talk = Conversation()
    talk.say("hello")
    assert said(talk) == [("speech", "hello")]


def test_nothing_is_merged_across_keys():
    talk = merging()
    talk.say("hello")
    talk.press("1")
    talk.reply()
    talk.reply()
    talk.say("agent")
    talk.wait(1.1)
    assert said(talk) == [("speech", "hello"), ("digits", "1"), ("speech", "agent")]


def test_who_goes_on_in_time_is_heard_out():
    talk = merging()
    talk.say("hello")
    talk.wait(0.9)
    talk.tell(Transcript("an", False))
    talk.wait(3)
    talk.say("an agent")
    talk.wait(1.1)
    assert said(talk) == [("speech", "hello an agent")]


def test_voice_without_words_is_waited_for_for_a_moment_only():
    talk = merging()
    talk.say("hello")
    talk.wait(0.9)
    talk.tell(SpeechStarted(0.0))
    talk.wait(0.6)
    assert said(talk) == []
    talk.wait(0.2)
    assert said(talk) == [("speech", "hello")]


def test_what_is_said_while_an_answer_is_due_is_merged_too():
    talk = merging()
    talk.say("hello")
    talk.wait(1.1)
    talk.say("an")
    talk.wait(0.5)
    talk.say("agent")
    talk.reply(Say("hi"))
    talk.wait(1.1)
    assert said(talk) == [("speech", "hello"), ("speech", "an agent")]
    assert talk.prompts == []


def test_who_cannot_be_heard_any_more_is_not_waited_for():
    talk = merging()
    talk.say("hello")
    talk.pause()
    talk.wait(0.01)
    assert said(talk) == [("speech", "hello")]


def test_the_silence_is_not_counted_while_more_may_be_said():
    talk = Conversation(limits=Limits(merge=9.0))
    talk.wait(6)
    talk.say("hello")
    talk.wait(8)
    assert said(talk) == []


def test_the_confidence_is_that_of_the_least_sure_piece():
    talk = merging()
    talk.say("hello", confidence=0.9)
    talk.say("agent", confidence=0.6)
    talk.wait(1.1)
    assert talk.turns[-1].confidence == 0.6


@pytest.mark.anyio
async def test_an_answer_comes_later_by_the_time_in_which_more_may_be_said():
    totals = []
    for merge in (0.0, 1.0):
        async with a_call(MemoryAssistant(lambda _: ["hi"]), limits=Limits(merge=merge)) as talk:
            await talk.wait(3)
            talk.say("hello")
            await talk.wait(3)
            totals.append(talk.call.record_writer.record.turns[1].latency["total"])
    assert totals[1] - totals[0] == pytest.approx(1.0, abs=0.01)
