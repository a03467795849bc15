"""Keys that are collected to a number."""

import pytest

from switchhook.call.dialogue.keypad import Collected, Keypad
from switchhook.contract.actions import CollectDigits


def pressed(keys, **asked):
    keypad = Keypad()
    keypad.arm(CollectDigits(**asked))
    told = [keypad.press(key) for key in keys]
    assert told[:-1] == [None] * (len(keys) - 1)
    return keypad, told[-1]


@pytest.mark.parametrize(
    ("keys", "asked", "collected"),
    [
        ("1234", {"count": 4}, ("1234", True)),
        ("12#", {"count": 16, "termination_key": "#"}, ("12", True)),
        ("12#", {"termination_key": "#"}, ("12", True)),
        ("1#2*", {"termination_key": "*"}, ("1#2", True)),
        ("12#", {"minimum": 3, "maximum": 5, "termination_key": "#"}, ("12", False)),
        ("123#", {"minimum": 3, "maximum": 5, "termination_key": "#"}, ("123", True)),
        ("12345", {"minimum": 3, "maximum": 5}, ("12345", True)),
        ("#", {"termination_key": "#"}, ("", False)),
        ("1" * 100, {"termination_key": "#"}, ("1" * 100, True)),
    ],
)
def test_a_number_ends_with_its_last_key(keys, asked, collected):
    assert pressed(keys, **asked)[1] == Collected(*collected)


@pytest.mark.parametrize(
    ("keys", "asked", "collected"),
    [
        ("12", {"minimum": 3, "maximum": 5}, ("12", False)),
        ("123", {"minimum": 3, "maximum": 5}, ("123", True)),
        ("12", {"count": 4}, ("12", False)),
        ("12", {"termination_key": "#"}, ("12", False)),
    ],
)
def test_a_number_ends_when_no_more_comes(keys, asked, collected):
    keypad, told = pressed(keys, **asked)
    assert told is None
    assert keypad.expire() == Collected(*collected)


def test_a_number_that_was_not_begun_does_not_end():
    keypad = Keypad()
    keypad.arm(CollectDigits(count=4))
    assert keypad.expire() is None


def test_keys_that_are_not_collected_complete_nothing():
    assert Keypad().press("1") is None


def test_speech_is_ignored_from_the_first_key_on():
    keypad = Keypad()
    keypad.arm(CollectDigits(count=4, ignore_speech=True))
    assert not keypad.ignores_speech
    keypad.press("1")
    assert keypad.ignores_speech
