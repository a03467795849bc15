"""What interrupts a prompt."""

import pytest

from switchhook.call.dialogue.barge_in import BargeIn, Weight
from switchhook.contract.speech import Transcript

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
