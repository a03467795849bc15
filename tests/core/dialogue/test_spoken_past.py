"""An answer that the caller has spoken past, before its first sound, is not heard."""

import pytest

from switchhook import Choice, CollectDigits, EndCall, Offer, Say, SetBargeIn, SetVariables
from switchhook.call.dialogue.barge_in import BargeIn
from switchhook.call.dialogue.events import End, Flush, GoOn, Hold, MergeVariables, Queue
from switchhook.call.dialogue.limits import Limits
from switchhook.call.record.replay import replay_lines
from switchhook.contract.speech import SpeechStarted, Transcript
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech, a_call

from .test_dialogue_rules import Conversation, said

GREETED = 2.05  # seconds until the greeting was heard
LIST = Offer((Choice("1", ("one",), {"text": "first"}), Choice("2", ("two",), {"text": "second"})))


def slow(seconds=2.0):
    """Greets at once and takes its time for what comes then."""
    return MemoryAssistant(lambda turn: ["welcome"] if turn.number == 1 else [seconds, f"to {turn.text}"])


def texts(talk):
    return [queued.content.text for queued in talk.told(Queue)]


# --- a whole call


@pytest.mark.anyio
async def test_the_answer_to_what_was_gone_on_from_is_not_heard():
    async with a_call(slow()) as talk:
        await talk.wait(GREETED)
        talk.say("hello")
        await talk.wait(1.3)
        talk.say("agent")
        await talk.wait(6)
        assert talk.heard() == ["welcome", "to agent"]
        assert [(turn.text, turn.barged_in, turn.heard) for turn in talk.turns[1:]] == [
            ("hello", False, ""),
            ("agent", True, ""),
        ]


@pytest.mark.anyio
@pytest.mark.parametrize("delay", [0.0, 0.5])
async def test_words_that_are_not_final_yet_are_enough(delay):
    async with a_call(slow(), tts=MemoryTextToSpeech(delay=delay)) as talk:
        await talk.wait(GREETED + delay)
        talk.say("hello")
        await talk.wait(1.8)
        talk.say("age", final=False)
        await talk.wait(1.0)
        assert talk.heard() == ["welcome"]
        talk.say("agent")
        await talk.wait(6)
        assert talk.heard() == ["welcome", "to agent"]
        assert talk.turns[2].barged_in is True


@pytest.mark.anyio
async def test_an_answer_is_heard_after_words_that_were_none():
    async with a_call(slow()) as talk:
        await talk.wait(GREETED)
        talk.say("hello")
        await talk.wait(1.8)
        talk.say("age", final=False)
        await talk.wait(1.0)
        talk.say("")
        await talk.wait(3)
        assert talk.heard() == ["welcome", "to hello"]
        await talk.wait(7)
        assert talk.turns[2].barged_in is False


@pytest.mark.anyio
async def test_with_voice_alone_it_is_held_for_six_tenths_of_a_second():
    async with a_call(slow()) as talk:
        await talk.wait(GREETED)
        talk.say("hello")
        await talk.wait(1.9)
        talk.begin_to_speak()
        await talk.wait(0.65)
        assert talk.heard() == ["welcome"]
        await talk.wait(0.5)
        assert talk.heard() == ["welcome", "to hello"]


@pytest.mark.anyio
async def test_what_is_held_is_not_heard_when_words_come():
    async with a_call(slow()) as talk:
        await talk.wait(GREETED)
        talk.say("hello")
        await talk.wait(1.9)
        talk.begin_to_speak()
        await talk.wait(0.5)
        talk.say("agent", final=False)
        await talk.wait(1)
        talk.say("agent")
        await talk.wait(6)
        assert talk.heard() == ["welcome", "to agent"]
        assert talk.leg.flushes == []  # the peer was sent nothing of it


@pytest.mark.anyio
async def test_what_is_held_is_heard_at_once_when_the_voice_was_nothing():
    async with a_call(slow()) as talk:
        await talk.wait(GREETED)
        talk.say("hello")
        await talk.wait(1.9)
        talk.begin_to_speak()
        await talk.wait(0.3)
        talk.say("")
        await talk.wait(0.4)
        assert talk.heard() == ["welcome", "to hello"]


@pytest.mark.anyio
async def test_a_cough_does_not_lose_an_answer_where_voice_interrupts():
    limits = Limits(barge_in=BargeIn(voice=True))
    async with a_call(slow(), limits=limits, tts=MemoryTextToSpeech(delay=0.5)) as talk:
        await talk.wait(GREETED + 0.5)
        talk.say("hello")
        await talk.wait(2.2)
        talk.begin_to_speak()
        await talk.wait(0.1)
        talk.say("")
        await talk.wait(4)
        assert talk.heard() == ["welcome", "to hello"]


@pytest.mark.anyio
async def test_a_call_in_which_answers_were_spoken_past_goes_the_same_way_again():
    async with a_call(slow()) as talk:
        await talk.wait(GREETED)
        for text in ("hello", "agent"):
            talk.say(text)
            await talk.wait(1.8)
            talk.begin_to_speak()
            await talk.wait(0.5)
            talk.say("please", final=False)
            await talk.wait(0.5)
        talk.say("")
        await talk.wait(6)
        talk.leg.close()
        await talk.over()
    assert replay_lines(talk.events).differences == []


# --- rules


def asked_twice(*actions, **limits):
    """The caller has spoken past the answer that consists of `actions`."""
    talk = Conversation(limits=Limits(**limits), slow=True)
    talk.say("hello")
    talk.say("agent")
    talk.reply(*actions)
    return talk


def test_its_other_actions_are_performed():
    talk = asked_twice(SetVariables({"a": 1}), Say("hi"), EndCall())
    assert [merge.variables for merge in talk.told(MergeVariables)] == [{"a": 1}]
    assert [end.outcome for end in talk.told(End)] == ["completed"]
    assert talk.told(Queue) == []


def test_its_list_is_not_armed():
    talk = asked_twice(Say("one or two"), LIST)
    talk.reply()
    talk.press("2")
    assert talk.turns[-1].input is None


def test_its_collection_is_not_armed():
    talk = asked_twice(Say("your number"), CollectDigits(count=4, sensitive=True))
    assert talk.dialogue.sensitive is False
    talk.reply()
    talk.press("2")
    assert said(talk)[-1] == ("digits", "2")


def test_words_do_not_choose_from_the_list_that_they_spoke_past():
    talk = Conversation(slow=True)
    talk.say("hello")
    talk.reply(Say("one or two"), LIST)
    talk.say("two")  # before its first sound
    assert talk.turns[-1].input is None
    assert len(talk.told(Flush)) == 1


def test_what_nobody_has_heard_leaves_the_list_before_it_standing():
    talk = Conversation(LIST)
    talk.wait(7.1)
    talk.slow = True
    talk.reply(Say("a or b"), Offer((Choice("1", ("a",), {"text": "a"}),)))
    talk.say("two")
    assert talk.turns[-1].input == {"text": "second"}


def test_its_list_stands_when_its_first_sound_is_heard():
    talk = Conversation(slow=True)
    talk.say("hello")
    talk.reply(Say("one or two"), LIST)
    talk.sound()
    talk.say("two")
    assert talk.turns[-1].input == {"text": "second"}


def test_its_list_stands_when_the_words_before_it_were_none():
    talk = Conversation()
    talk.say("hello")
    talk.tell(Transcript("uh", False))
    talk.reply(Say("one or two"), LIST)
    talk.say("")
    talk.press("2")
    assert texts(talk) == ["one or two"]
    assert talk.turns[-1].input == {"text": "second"}


def test_keys_that_were_typed_ahead_count_for_its_list():
    talk = Conversation(slow=True)
    talk.say("hello")
    talk.press("2")
    talk.reply(Say("one or two"), LIST)
    assert talk.turns[-1].input == {"text": "second"}


def test_a_key_before_its_first_sound_counts_for_its_list():
    talk = Conversation(slow=True)
    talk.say("hello")
    talk.reply(Say("one or two"), LIST)
    talk.press("2")
    assert talk.turns[-1].input == {"text": "second"}


def test_a_prompt_that_speech_does_not_interrupt_is_heard_and_not_held():
    talk = asked_twice(SetBargeIn(speech=False), Say("this call is recorded"))
    talk.tell(SpeechStarted(0.0))
    talk.sound()
    assert texts(talk) == ["this call is recorded"]
    assert talk.told(Hold) == []


def test_what_comes_later_of_an_answer_is_not_held():
    talk = Conversation(Say("one"), Say("two"))
    talk.tell(SpeechStarted(0.0))
    talk.hear()
    assert talk.told(Hold) == []


def test_a_key_drops_what_is_held():
    talk = Conversation(slow=True)
    talk.say("hello")
    talk.tell(SpeechStarted(0.0))
    talk.reply(Say("hello"))
    talk.sound()
    talk.press("1")
    talk.wait(1)
    assert [type(e) for e in talk.effects if isinstance(e, Hold | Flush | GoOn)] == [Hold, Flush]


def test_what_listeners_say_is_ignored_while_an_answer_is_due():
    talk = Conversation(limits=Limits(barge_in=BargeIn(ignore=frozenset(["okay"]))))
    talk.say("my balance")
    talk.tell(Transcript("Okay.", False))
    talk.say("Okay.")
    talk.reply(Say("ten euros"))
    assert said(talk) == [("speech", "my balance")]
    assert texts(talk) == ["ten euros"]


def test_too_few_words_to_interrupt_are_voice_alone():
    talk = Conversation(limits=Limits(barge_in=BargeIn(words=2)))
    talk.say("hello")
    talk.tell(Transcript("uh", False))
    talk.reply(Say("hi"))
    talk.wait(0.7)
    assert [type(e) for e in talk.effects if isinstance(e, Hold | Flush | GoOn)] == [Hold, GoOn]
