"""What interrupts a prompt."""

import pytest

from switchhook import Say
from switchhook.call.dialogue.barge_in import BargeIn, Weight
from switchhook.contract.speech import Transcript

from .test_dialogue_rules import Conversation

ASIDES = frozenset(["mhm", "right", "uh huh"])


@pytest.mark.parametrize(
    ("policy", "said", "interrupts"),
    [
        ({}, Transcript("stop", False), True),
        ({}, Transcript("", False), False),
        ({"words": 2}, Transcript("stop", False), False),
        ({"words": 2}, Transcript("stop it", False), True),
        ({"words": 2}, Transcript("stop", True), True),
        ({"seconds": 0.5}, Transcript("stop", False, 1.0, 1.3), False),
        ({"seconds": 0.5}, Transcript("stop", False, 1.0, 1.6), True),
        ({"ignore": ASIDES}, Transcript("Mhm.", False), False),
        ({"ignore": ASIDES}, Transcript("uh huh", True), False),
        ({"ignore": ASIDES}, Transcript("right mhm", False), False),
        *(
            ({"ignore": ASIDES}, Transcript(text, True), False)
            for text in ("Uh-huh.", "Right, uh-huh, mhm", "uh huh uh huh", "RIGHT. Right.")
        ),
        *(({"ignore": ASIDES}, Transcript(text, True), True) for text in ("uh", "huh right", "uh mhm huh")),
        ({"ignore": frozenset({"that's right"})}, Transcript("That\u2019s right", True), False),
        ({"ignore": ASIDES}, Transcript("right stop", False), True),
        ({"confidence": 0.5}, Transcript("stop", True, confidence=0.4), False),
        ({"confidence": 0.5}, Transcript("stop", True, confidence=0.6), True),
        ({"confidence": 0.5}, Transcript("stop", True), True),
        ({"confidence": 0.5}, Transcript("stop", False, confidence=0.1), True),
    ],
)
def test_what_interrupts(policy, said, interrupts):
    assert (BargeIn(**policy).weigh(said) is Weight.ENOUGH) is interrupts


@pytest.mark.parametrize("text", [".", "\u2026", " ", "?!", "\u3002", "\U0001f44d"])
def test_a_final_without_a_word_is_no_turn_and_interrupts_nothing(text):
    talk = Conversation(Say("welcome"))
    talk.say(text)
    assert len(talk.prompts) == 1
    talk.hear()
    talk.say(text)
    assert [turn.kind for turn in talk.turns] == ["start"]


@pytest.mark.parametrize("text", ["7", "\u306f\u3044", "\u2022\u2022\u2022", "\u00bfno?"])
def test_a_final_with_one_is(text):
    talk = Conversation(Say("welcome"))
    talk.say(text)
    assert (talk.turns[-1].text, talk.prompts) == (text, [])
