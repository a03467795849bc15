"""Whose turn it is."""

import pytest

from switchhook_transport_genesys.dial.turns import HangUp, Keys, Manners, Step, Turns, Utterance

MANNERS = Manners(pause=0.7, interrupt_after=1.5, patience=10.0)
SPEECH = Utterance(b"\x80" * 8000, "hello")
KEYS = Keys("12#")


def turns(*steps):
    return Turns(steps, MANNERS, now=0.0)


def test_the_caller_waits_for_the_greeting_and_a_pause():
    script = turns(Step(SPEECH))
    script.bot_started(1.0)
    assert script.deadline() is None
    script.bot_finished(3.0)
    assert script.deadline() == pytest.approx(3.7)
    assert script.next(3.69) is None
    assert script.next(3.7) is SPEECH


def test_a_bot_that_goes_on_within_the_pause_keeps_its_turn():
    script = turns(Step(SPEECH))
    script.bot_started(1.0)
    script.bot_finished(3.0)
    script.bot_started(3.5)
    assert script.next(9.0) is None


def test_the_second_turn_waits_for_the_answer_to_the_first():
    script = turns(Step(SPEECH), Step(KEYS))
    script.bot_started(1.0)
    script.bot_finished(2.0)
    script.next(2.7)
    assert script.deadline() is None, "while the caller speaks"
    script.caller_finished(4.0)
    assert script.next(5.0) is None, "the bot has not answered"
    script.bot_started(5.0)
    script.bot_finished(6.0)
    assert script.next(6.7) is KEYS


def test_a_caller_loses_patience_with_a_silent_bot():
    script = turns(Step(SPEECH))
    assert script.deadline() == 10.0
    assert script.next(10.0) is SPEECH


def test_an_interruption_begins_while_the_bot_speaks():
    script = turns(Step(SPEECH, interrupt=True))
    script.bot_started(1.0)
    assert script.deadline() == 2.5
    assert script.next(2.5) is SPEECH


def test_a_prompt_too_short_to_interrupt_is_answered_after_it():
    script = turns(Step(SPEECH, interrupt=True))
    script.bot_started(1.0)
    script.bot_finished(2.0)
    assert script.deadline() == pytest.approx(2.7)


def test_an_answer_that_began_while_the_caller_spoke_counts():
    script = turns(Step(SPEECH), Step(KEYS))
    script.next(10.0)
    script.bot_started(11.0)
    script.caller_finished(11.5)
    script.bot_finished(12.0)
    assert script.next(12.7) is KEYS


def test_with_nothing_left_to_say_the_caller_hangs_up_on_a_silent_bot():
    script = turns()
    script.bot_started(1.0)
    script.bot_finished(2.0)
    assert script.next(11.9) is None
    assert isinstance(script.next(12.0), HangUp)


def test_the_silence_behind_a_recording_is_not_speech():
    assert Utterance(b"\xff" * 100 + b"\x90" * 300 + b"\xfe" * 500, "").spoken == 400


def test_a_recording_of_silence_lasts_to_its_end():
    assert Utterance(b"\xff" * 100, "").spoken == 100
