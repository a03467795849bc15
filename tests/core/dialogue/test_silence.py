"""The caller's silence is counted from the prompt's end or the last words, whatever else is heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CollectDigits, Say
from switchhook.call.dialogue.barge_in import BargeIn
from switchhook.call.dialogue.limits import Limits
from switchhook.contract.speech import SpeechStarted, Transcript
from switchhook.testing import MemoryAssistant, a_call

from .test_dialogue_rules import Conversation, said

BELIEVING = Limits(barge_in=BargeIn(confidence=0.5))


def mumble(talk, kind="voice", seconds=0.5):
    if kind in ("voice", "words"):
        talk.tell(SpeechStarted(0.0))
    if kind == "words":
        talk.tell(Transcript("mu", False))
    talk.wait(seconds)
    if kind == "words" or kind == "doubtful":
        talk.say("mumble", confidence=0.1)
    else:
        talk.say("")


@pytest.mark.parametrize("kind", ["voice", "words", "doubtful", "nothing"])
@pytest.mark.parametrize("pause", [0.2, 1.0, 4.0])
def test_noise_does_not_keep_a_silence_from_being_one(kind, pause):
    talk = Conversation(Say("hello"), limits=BELIEVING)
    talk.hear()
    while len(talk.turns) == 1 and talk.now < 60:
        mumble(talk, kind)
        talk.wait(pause)
    assert said(talk) == [("no_input", "")]
    assert talk.now <= 7 + 10 + 0.5 + pause


def test_noise_puts_the_end_of_a_silence_off_by_as_long_as_it_lasts():
    talk = Conversation()
    talk.wait(3)
    mumble(talk, seconds=2.0)
    talk.wait(3.9)
    assert said(talk) == []
    talk.wait(0.2)
    assert said(talk) == [("no_input", "")]


def test_voice_without_an_end_puts_it_off_by_ten_seconds():
    talk = Conversation()
    talk.wait(3)
    talk.tell(SpeechStarted(0.0))
    talk.wait(13.9)
    assert said(talk) == []
    talk.wait(0.2)
    assert said(talk) == [("no_input", "")]


def test_words_begin_the_silence_anew():
    talk = Conversation(limits=BELIEVING)
    talk.wait(6)
    talk.say("hello", confidence=0.9)
    talk.reply()
    talk.wait(6.9)
    assert said(talk) == [("speech", "hello")]


def test_who_speaks_in_words_is_heard_out():
    talk = Conversation()
    talk.wait(6)
    for _ in range(30):
        talk.tell(Transcript("and then", False))
        talk.wait(1)
    talk.say("and then that")
    assert said(talk) == [("speech", "and then that")]


def test_the_next_silence_may_be_put_off_again():
    talk = Conversation()
    for _ in range(2):
        talk.tell(SpeechStarted(0.0))
        talk.wait(17.1)
        talk.reply()
    assert [kind for kind, _ in said(talk)] == ["no_input", "no_input"]


def test_a_number_that_is_being_keyed_is_not_waited_for_for_ever_in_noise():
    talk = Conversation(CollectDigits(count=4, inter_digit_timeout=2.0))
    talk.press("12")
    while len(talk.turns) == 1 and talk.now < 60:
        mumble(talk)
        talk.wait(0.2)
    assert said(talk) == [("digits", "12")]
    assert talk.now <= 2 + 10 + 0.7


def test_speech_without_an_end_is_counted_from_its_first_word():
    talk = Conversation()
    talk.press("1")
    talk.reply(final_utterance_timeout=3.0)
    talk.tell(SpeechStarted(0.0))
    talk.wait(2)
    talk.tell(Transcript("and", False))
    talk.wait(2.9)
    assert said(talk)[1:] == []
    talk.wait(0.2)
    assert said(talk)[1:] == [("no_final", "")]


@given(st.lists(st.tuples(st.sampled_from(["voice", "words", "doubtful", "nothing"]), st.floats(0, 5))))
def test_no_noise_whatever_its_kind_puts_it_off_by_more(noise):
    talk = Conversation(limits=BELIEVING)
    for kind, seconds in noise:
        if len(talk.turns) > 1:
            return
        mumble(talk, kind, seconds)
        talk.wait(seconds)
        assert len(talk.turns) > 1 or talk.now <= 7 + 10 + seconds


# --- a whole call


@pytest.mark.anyio
async def test_a_call_that_only_mumbles_is_given_back():
    assistant = MemoryAssistant(lambda _: ["are you there"])
    async with a_call(assistant, limits=Limits(no_input=3)) as talk:
        for _ in range(60):
            talk.begin_to_speak()
            await talk.wait(0.8)
            talk.say("")
            await talk.wait(3.7)
            if talk.ended.is_set():
                break
        record = await talk.over()
    assert record.outcome == "no_input"
    assert record.seconds < 4 * (2 + 7 + 3)
    assert record.noise == pytest.approx(0.8 * record.seconds / 4.5, abs=1.0)


@pytest.mark.anyio
async def test_what_came_to_words_is_no_noise():
    async with a_call(MemoryAssistant(lambda _: ["hello"])) as talk:
        await talk.wait(3)
        talk.begin_to_speak()
        await talk.wait(1)
        talk.say("good morning")
        await talk.wait(1)
        talk.leg.close()
        assert (await talk.over()).noise == 0.0


@pytest.mark.anyio
async def test_a_pause_is_no_noise():
    async with a_call(MemoryAssistant(lambda _: ["hello"])) as talk:
        await talk.wait(3)
        talk.begin_to_speak()
        await talk.wait(1)
        talk.leg.pause_caller()
        await talk.wait(60)
        talk.leg.resume_caller()
        await talk.wait(1)
        talk.say("")
        talk.leg.close()
        record = await talk.over()
        assert (record.noise, record.paused) == (2.0, 60.0)


@pytest.mark.anyio
async def test_noise_does_not_keep_a_long_answer_from_being_announced():
    assistant = MemoryAssistant(lambda turn: ["hello"] if turn.number == 1 else [8.0, "here it is"])
    async with a_call(assistant, waiting_text="wait") as talk:
        await talk.wait(2.05)
        talk.say("my balance")
        for _ in range(5):
            talk.begin_to_speak()
            await talk.wait(0.5)
            talk.say("")
            await talk.wait(0.5)
        assert talk.heard() == ["hello", "wait"]
