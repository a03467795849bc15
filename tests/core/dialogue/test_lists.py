"""What the caller keys or says belongs to the list that stood then, and may have two digits."""

import pytest

from switchhook import Choice, CollectDigits, Offer, Say
from switchhook.call.dialogue.events import WordsBegan
from switchhook.call.dialogue.limits import Limits
from switchhook.contract.speech import SpeechStarted, Transcript
from switchhook.testing import MemoryAssistant, a_call

from .test_dialogue_rules import Conversation, said

NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


def a_list(size, prefix=""):
    return Offer(
        tuple(Choice(str(n), (name,), {"text": prefix + name}) for n, name in enumerate(NAMES[:size], 1))
    )


def chosen(talk):
    return [turn.input and turn.input["text"] for turn in talk.turns[1:]]


# --- a word belongs to the list that stood when it began


@pytest.mark.parametrize(
    "begins",
    [[SpeechStarted(0.0)], [Transcript("two", False)], [Transcript("t", False), Transcript("two", False)]],
)
def test_a_word_that_was_said_with_the_key_does_not_choose_in_the_next_list(begins):
    talk = Conversation(a_list(3))
    for event in begins:
        talk.tell(event)
    talk.press("2")
    talk.wait(0.1)
    talk.reply(Say("again"), a_list(3, "next "))
    talk.wait(0.3)
    talk.say("two")
    talk.wait(1)
    assert chosen(talk) == ["two"]
    talk.hear()
    talk.say("two")
    assert chosen(talk) == ["two", "next two"]


def test_a_word_that_is_heard_late_belongs_to_when_it_was_said():
    talk = Conversation(a_list(3))
    talk.wait(1)
    talk.press("2")
    talk.reply(Say("again"), a_list(3, "next "))
    talk.wait(0.8)
    talk.tell(WordsBegan(1.0))
    talk.say("two")
    assert chosen(talk) == ["two"]


def test_who_says_again_what_the_key_chose_has_said_nothing_new():
    talk = Conversation(a_list(3))
    talk.press("2")
    talk.wait(0.2)
    talk.say("two")
    talk.reply(Say("again"), a_list(3, "next "))
    assert chosen(talk) == ["two"]


def test_a_word_that_was_said_with_the_key_does_not_interrupt_the_answer():
    talk = Conversation(a_list(3))
    talk.tell(SpeechStarted(0.0))
    talk.press("2")
    talk.reply(Say("second it is"))
    talk.tell(Transcript("two", False))
    talk.say("two")
    assert len(talk.prompts) == 1


def test_other_words_that_began_before_the_key_are_a_turn():
    talk = Conversation(a_list(3))
    talk.tell(SpeechStarted(0.0))
    talk.press("2")
    talk.wait(0.1)
    talk.reply(Say("again"), a_list(3, "next "))
    talk.say("an agent please")
    assert said(talk)[-1] == ("speech", "an agent please")


def test_who_corrects_himself_by_voice_chooses_from_the_same_list():
    talk = Conversation(a_list(3))
    talk.say("two")
    talk.reply(Say("again"), a_list(3, "next "))
    talk.wait(0.4)
    talk.tell(WordsBegan(0.6))
    talk.say("three")
    assert chosen(talk) == ["two", "three"]


def test_the_same_word_long_after_is_a_turn():
    talk = Conversation(a_list(3))
    talk.press("2")
    talk.reply(Say("second it is"))
    talk.hear()
    talk.wait(5)
    talk.say("two")
    assert said(talk)[-1] == ("speech", "two")


@pytest.mark.anyio
async def test_a_key_and_the_word_that_is_said_with_it_choose_once():
    option = {
        "response_type": "option",
        "title": "which",
        "options": [{"label": name, "value": {"input": {"text": name}}} for name in ("one", "two")],
    }
    async with a_call(MemoryAssistant(lambda _: [option])) as talk:
        await talk.wait(3)
        talk.leg.speak(b"\xff" * 1600)
        talk.leg.press("2")
        await talk.wait(0.5)
        talk.leg.speak(b"\xff" * 4000)
        await talk.wait(0.1)
        talk.stt.hear(Transcript("two", True, 0.05, 0.4))
        await talk.wait(2)
        assert [turn.text for turn in talk.turns] == ["", "2"]
        assert talk.heard() == ["which"]


# --- keys of two digits


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("11", "eleven"),
        ("10", "ten"),
        ("1#", "one"),
        ("11#", "eleven"),
        ("5", "five"),
        ("5#", "five"),
    ],
)
def test_keys_of_a_long_list(keys, wanted):
    talk = Conversation(a_list(11))
    talk.press(keys)
    assert chosen(talk) == [wanted]
    talk.reply(Say("good"))
    talk.wait(1)
    assert chosen(talk) == [wanted]


@pytest.mark.parametrize("wait", [2.0, 3.0])
def test_a_first_key_waits_for_a_second(wait):
    talk = Conversation(a_list(11), limits=Limits(choice_wait=wait))
    talk.press("1")
    talk.wait(wait - 0.1)
    assert chosen(talk) == []
    talk.wait(0.2)
    assert chosen(talk) == ["one"]


def test_a_key_of_a_short_list_does_not_wait():
    talk = Conversation(a_list(9))
    talk.press("1")
    assert chosen(talk) == ["one"]


def test_a_number_that_is_not_in_the_list_is_sent_as_it_is():
    talk = Conversation(a_list(11))
    talk.press("12")
    assert said(talk) == [("digits", "12")]
    assert chosen(talk) == [None]


def test_a_star_is_a_key_of_its_own():
    talk = Conversation(a_list(11))
    talk.press("1*")
    talk.reply(Say("good"))
    assert said(talk) == [("digits", "1"), ("digits", "*")]


def test_noise_does_not_put_off_a_key_that_was_pressed():
    talk = Conversation(a_list(11))
    talk.press("1")
    for _ in range(4):
        talk.tell(SpeechStarted(0.0))
        talk.wait(0.5)
        talk.say("")
    talk.wait(0.1)
    assert chosen(talk) == ["one"]


def test_words_behind_a_key_leave_it_its_choice():
    talk = Conversation(a_list(11))
    talk.press("1")
    talk.say("one")
    talk.reply(Say("good"))
    assert chosen(talk) == ["one"]


def test_both_keys_may_be_typed_ahead():
    talk = Conversation()
    talk.say("hello")
    talk.press("11")
    talk.reply(Say("which one"), a_list(11))
    assert chosen(talk) == [None, "eleven"]


def test_one_key_that_was_typed_ahead_waits_from_when_it_was_pressed():
    talk = Conversation()
    talk.say("hello")
    talk.press("1")
    talk.wait(1.5)
    talk.reply(Say("which one"), a_list(11))
    talk.wait(0.6)
    assert chosen(talk) == [None, "one"]


def test_a_collection_with_a_list_takes_the_keys():
    talk = Conversation(a_list(11), CollectDigits(count=2))
    talk.press("1")
    talk.wait(2.5)
    assert chosen(talk) == []
    talk.press("1")
    assert chosen(talk) == ["eleven"]


def test_a_key_counts_while_the_caller_cannot_be_heard():
    talk = Conversation(a_list(11))
    talk.pause()
    talk.press("1")
    talk.wait(2.1)
    assert chosen(talk) == ["one"]


@pytest.mark.parametrize("said", ["\u0926\u094b", "\u0926\u094b."])
def test_words_that_differ_in_a_vowel_sign_choose_different_options(said):
    names = ("\u0926\u0947", "\u0926\u094b")  # Hindi: give, two
    talk = Conversation(Offer(tuple(Choice(str(n), (name,), {"text": name}) for n, name in enumerate(names))))
    talk.hear()
    talk.say(said)
    assert chosen(talk) == ["\u0926\u094b"]


def test_a_label_is_chosen_however_its_accents_are_typed():
    talk = Conversation(Offer((Choice("1", ("Caf\u00e9",), {"text": "coffee"}),)))
    talk.hear()
    talk.say("cafe\u0301")
    assert chosen(talk) == ["coffee"]
