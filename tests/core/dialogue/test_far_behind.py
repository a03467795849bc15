"""A recognition that is far behind: the voice is heard in time, its words come late. Who has spoken is not asked
whether he is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CollectDigits, Say
from switchhook.contract.speech import SpeechStarted, Transcript
from switchhook.testing import MemoryAssistant, a_call

from .test_dialogue_rules import Conversation, said

LATE = 14.0


def voice(talk, seconds=2.0):
    """The end of the utterance, in seconds of audio, which is when it was heard as well."""
    talk.tell(SpeechStarted(talk.now))
    talk.wait(seconds)
    return talk.now


def awaited(talk, end, seconds=2.0):
    """The recogniser says that the words will come."""
    talk.tell(Transcript("", False, end - seconds, end))


def words(talk, text, end, seconds=2.0):
    talk.tell(Transcript(text, True, end - seconds, end))


def greeted():
    talk = Conversation(Say("hello"))
    talk.hear()
    return talk


@pytest.mark.parametrize("pause", [0.1, 3.0, 6.9])
def test_who_has_spoken_is_waited_for_until_his_words_are_made_out(pause):
    talk = greeted()
    talk.wait(pause)
    end = voice(talk)
    awaited(talk, end)
    talk.wait(LATE)
    assert said(talk) == []
    words(talk, "to pay a bill", end)
    assert said(talk) == [("speech", "to pay a bill")]


def test_who_goes_on_while_his_first_words_are_made_out_is_waited_for_as_well():
    talk = greeted()
    first = voice(talk)
    awaited(talk, first)
    talk.wait(3)
    second = voice(talk)
    awaited(talk, second)
    talk.wait(first + LATE - talk.now)
    words(talk, "I want", first)
    talk.reply(Say("what"))
    talk.hear()
    talk.wait(second + LATE - talk.now)
    words(talk, "to pay", second)
    assert said(talk) == [("speech", "I want"), ("speech", "to pay")]


def test_the_final_of_what_was_said_before_ends_no_voice_that_is_heard_now():
    talk = greeted()
    first = voice(talk)
    talk.wait(1)
    voice(talk, 0.5)
    words(talk, "", first)
    talk.wait(9)
    assert said(talk) == []


def test_a_silence_that_was_over_before_is_one_when_the_voice_comes_to_no_words():
    talk = greeted()
    talk.wait(4)
    end = voice(talk)
    awaited(talk, end)
    talk.wait(LATE)
    words(talk, "", end)
    talk.wait(0.0)
    assert said(talk) == [("no_input", "")]


def test_words_that_never_come_are_not_waited_for_for_ever():
    talk = greeted()
    end = voice(talk)
    awaited(talk, end)
    talk.wait(28 + 10 + 7)
    assert said(talk) == [("no_input", "")]


@given(st.lists(st.tuples(st.floats(0.1, 5), st.floats(0, 20), st.booleans()), min_size=20))
def test_however_late_noise_is_found_to_be_noise_the_silence_has_an_end(noise):
    talk = greeted()
    for seconds, late, announced in noise:
        end = voice(talk, seconds)
        if announced:
            awaited(talk, end, seconds)
        talk.wait(late)
        words(talk, "", end, seconds)
        talk.wait(0.1)
    talk.wait(20)
    assert said(talk)[0] == ("no_input", "")


def test_voice_that_never_pauses_is_waited_for_by_so_much_and_no_more():
    """Each stretch of it is still being made out when the next begins."""
    talk = greeted()
    ends = []
    while len(talk.turns) == 1 and talk.now < 300:
        end = voice(talk, 1.0)
        awaited(talk, end, 1.0)
        ends.append(end)
        talk.wait(2.0)
        if talk.now - ends[0] > LATE:
            words(talk, "", ends.pop(0), 1.0)
    assert said(talk) == [("no_input", "")]
    assert talk.now <= 7 + 10 + 30 + 3


def test_a_number_that_is_being_keyed_is_waited_for_likewise():
    talk = Conversation(CollectDigits(count=4, inter_digit_timeout=2.0))
    talk.hear()
    talk.press("12")
    end = voice(talk, 1.0)
    awaited(talk, end, 1.0)
    talk.wait(LATE)
    assert said(talk) == []


def test_what_is_said_in_confidence_stays_so_until_it_is_made_out():
    talk = Conversation(Say("your PIN"), CollectDigits(count=4, sensitive=True))
    talk.hear()
    first = voice(talk)
    voice(talk)
    words(talk, "one two", first)
    assert talk.dialogue.sensitive


def test_seconds_in_which_words_are_made_out_are_no_noise():
    talk = greeted()
    end = voice(talk, 2.0)
    awaited(talk, end)
    talk.wait(LATE)
    words(talk, "", end)
    assert talk.dialogue.noise(talk.now) == pytest.approx(2.0)


# --- a whole call


@pytest.mark.anyio
async def test_a_caller_who_has_spoken_is_not_asked_whether_he_is_there():
    assistant = MemoryAssistant(
        lambda turn: ["hello" if turn.kind == "start" else f"{turn.kind} {turn.text}"]
    )
    async with a_call(assistant) as talk:
        await talk.wait(5)
        at = 5.0
        talk.stt.hear(SpeechStarted(at))
        await talk.wait(2)
        talk.stt.hear(Transcript("", False, at, at + 2))
        await talk.wait(LATE)
        talk.stt.hear(Transcript("good morning", True, at, at + 2))
        await talk.wait(3)
    assert [(turn.kind, turn.text) for turn in talk.turns[1:]] == [("speech", "good morning")]
