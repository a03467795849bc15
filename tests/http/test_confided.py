"""What was given in confidence is hidden wherever it comes again."""

import pytest

from switchhook_http import Confided


@pytest.mark.parametrize(
    ("given", "repeated", "told"),
    [
        ("4711", "it was 4711", "it was ••••"),
        ("4711", "it was 4 7-1 1, yes", "it was ••••, yes"),
        ("four seven one one", "Four, seven, one one!", "•" * 15 + "!"),
        ("47", "it was 47", "it was 47"),
        ("", "nothing", "nothing"),
    ],
)
def test_who_repeats_what_was_given_in_confidence_is_not_told(given, repeated, told):
    confided = Confided()
    confided.keep(given)
    assert confided.without(repeated) == told


def test_it_is_hidden_in_all_that_json_can_hold():
    confided = Confided()
    confided.keep("4711")
    told = {"pin": 4711, "note": ["it is 4-7-1-1", None, True], "rate": 0.5}
    assert confided.without_in(told) == {"pin": "••••", "note": ["it is ••••", None, True], "rate": 0.5}
