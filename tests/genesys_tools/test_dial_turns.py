"""Whose turn it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_genesys_tools.dial.turns import (
    NOTICED,
    Asks,
    CallerStep,
    HangUp,
    Keys,
    Manners,
    Silence,
    Turns,
    Utterance,
    Waits,
)

MANNERS = Manners(pause=0.7, interrupt_after=1.5, patience=10.0, settled=3.0)
SPEECH = Utterance(b"\x80" * 8000, "hello")
KEYS = Keys("12#")


def turns(*steps):
    return Turns(steps, MANNERS, now=0.0)


def test_the_caller_waits_for_the_greeting_and_a_pause():
    script = turns(CallerStep(SPEECH))
    script.bot_started(1.0)
    assert script.deadline() is None
    script.bot_finished(3.0)
    assert script.deadline() == pytest.approx(3.7)
    assert script.next(3.69) is None
    assert script.next(3.7) is SPEECH


def test_a_bot_that_goes_on_within_the_pause_keeps_its_turn():
    script = turns(CallerStep(SPEECH))
    script.bot_started(1.0)
    script.bot_finished(3.0)
    script.bot_started(3.5)
    assert script.next(9.0) is None


def test_the_second_turn_waits_for_the_answer_to_the_first():
    script = turns(CallerStep(SPEECH), CallerStep(KEYS))
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
    script = turns(CallerStep(SPEECH))
    assert script.deadline() == 10.0
    assert script.next(10.0) is SPEECH


def test_an_interruption_begins_while_the_bot_speaks():
    script = turns(CallerStep(SPEECH, interrupt=True))
    script.bot_started(1.0)
    assert script.deadline() == 2.5
    assert script.next(2.5) is SPEECH


def test_a_prompt_too_short_to_interrupt_is_answered_after_it():
    script = turns(CallerStep(SPEECH, interrupt=True))
    script.bot_started(1.0)
    script.bot_finished(2.0)
    assert script.deadline() == pytest.approx(2.7)


def test_an_answer_that_began_while_the_caller_spoke_counts():
    script = turns(CallerStep(SPEECH), CallerStep(KEYS))
    script.next(10.0)
    script.bot_started(11.0)
    script.caller_finished(11.5)
    script.bot_finished(12.0)
    assert script.next(12.7) is KEYS


def answered(script, at=1.0):
    script.bot_started(at)
    script.bot_finished(at + 1.0)
    return script


def asked(*, reports):
    """All is said: the caller's last turn ended at 3.7."""
    script = turns(CallerStep(SPEECH))
    if reports:
        script.bot_replied(1.0, to_silence=False)
    assert answered(script).next(2.7) is SPEECH
    script.caller_finished(3.7)
    return script


def test_with_all_said_and_answered_the_caller_hangs_up():
    script = answered(turns())
    assert script.next(4.9) is None
    assert script.next(5.0) == HangUp(3.0)


def test_a_caller_stays_for_an_answer_however_long_it_takes():
    script = asked(reports=False)
    assert script.next(13.6) is None
    assert isinstance(script.next(13.7), Waits), "which is told once"
    assert script.deadline() is None
    assert script.next(200.0) is None
    assert answered(script, 200.0).next(204.0) == HangUp(3.0)


def test_a_caller_stays_while_the_bot_speaks():
    script = asked(reports=False)
    script.bot_started(5.0)
    assert script.deadline() is None


def test_what_sounds_before_the_report_of_a_turn_is_not_the_answer():
    script = answered(asked(reports=True), 6.0)
    assert script.next(16.9) is None, "one moment, please"
    script.bot_replied(12.0, to_silence=False)
    assert script.deadline() == 15.0, "its audio may take a while"
    assert answered(script, 13.0).deadline() == 17.0


def test_a_bot_whose_report_never_comes_is_left_when_patience_ends():
    script = answered(asked(reports=True), 6.0)
    assert script.next(17.0) == HangUp(10.0)


def test_one_moment_please_is_not_answered_with_the_next_turn():
    script = turns(CallerStep(SPEECH), CallerStep(KEYS))
    script.bot_replied(1.0, to_silence=False)
    answered(script).next(2.7)
    script.caller_finished(3.7)
    answered(script, 6.0)
    assert script.next(8.0) is None
    script.bot_replied(9.0, to_silence=False)
    assert answered(script, 10.5).next(12.2) is KEYS


def test_a_bot_that_asks_whether_the_caller_is_there_keeps_nobody_on_the_line():
    script = asked(reports=True)
    script.bot_replied(4.0, to_silence=False)
    answered(script, 4.0)  # to 5.0
    script.bot_replied(6.5, to_silence=True)
    script.bot_started(6.5)
    assert script.deadline() is None, "a prompt is heard to its end"
    script.bot_finished(9.0)
    assert script.next(9.0) == HangUp(3.0)


def test_a_caller_who_is_not_heard_takes_the_question_for_the_answer():
    script = asked(reports=True)
    script.bot_replied(10.7, to_silence=True)
    assert answered(script, 10.7).deadline() == pytest.approx(14.7)


def test_a_prompt_that_is_stopped_late_was_not_the_answer():
    script = turns(CallerStep(SPEECH, interrupt=True))
    script.bot_started(1.0)
    script.next(2.5)
    script.caller_finished(3.5)
    script.bot_finished(3.8, interrupted=True)
    assert script.deadline() == 13.8
    assert answered(script, 9.0).next(13.0) == HangUp(3.0)


@given(
    st.lists(st.tuples(st.floats(0, 15), st.sampled_from(["start", "finish", "reply", "ask"])), max_size=12)
)
def test_nobody_hangs_up_unanswered_nor_on_a_bot_that_speaks(happenings):
    script, now, speaking, heard = asked(reports=False), 3.7, False, False
    for wait, what in happenings:
        now += wait
        if isinstance(script.next(now), HangUp):
            assert heard
            assert not speaking
            return
        if what == "start" and not speaking:
            script.bot_started(now)
            speaking = heard = True
        elif what == "finish" and speaking:
            script.bot_finished(now)
            speaking = False
        elif what in ("reply", "ask"):
            script.bot_replied(now, to_silence=what == "ask")
    if speaking:
        script.bot_finished(now)
    assert not heard or isinstance(script.next(now + 10.0), HangUp)


def test_the_silence_behind_a_recording_is_not_speech():
    assert Utterance(b"\xff" * 100 + b"\x90" * 300 + b"\xfe" * 500, "").spoken == 400


def test_a_recording_of_silence_lasts_to_its_end():
    assert Utterance(b"\xff" * 100, "").spoken == 100


def after_the_greeting(*steps):
    script = turns(*steps)
    script.bot_started(1.0)
    script.bot_finished(2.0)
    return script


def test_a_step_may_interrupt_sooner_or_later_than_is_the_callers_manner():
    script = turns(CallerStep(SPEECH, interrupt=True, after=0.4))
    script.bot_started(1.0)
    assert script.deadline() == pytest.approx(1.4)


def test_a_silent_caller_waits_until_the_bot_has_noticed():
    script = after_the_greeting(CallerStep(Silence()), CallerStep(SPEECH))
    assert script.next(2.7) == Silence()
    script.caller_finished(2.7)
    assert script.next(30.0) is None
    script.bot_replied(30.0, to_silence=True)
    script.bot_started(30.0)
    script.bot_finished(31.0)
    assert script.next(31.7) is SPEECH


def test_a_bot_that_never_notices_is_not_waited_for_for_ever():
    script = after_the_greeting(CallerStep(Silence()), CallerStep(SPEECH))
    script.next(2.7)
    script.caller_finished(2.7)
    assert script.deadline() == pytest.approx(2.7 + NOTICED)


def test_a_caller_may_hang_up_in_the_middle():
    script = turns(CallerStep(HangUp(), interrupt=True, after=1.0))
    script.bot_started(1.0)
    assert script.next(2.0) == HangUp()


def test_who_goes_on_by_what_is_heard_is_asked_when_the_bot_has_answered():
    script = Turns([], MANNERS, now=0.0, goes_on=True)
    script.bot_started(1.0)
    script.bot_finished(2.0)
    assert isinstance(script.next(2.7), Asks)
    assert (script.deadline(), script.next(60.0)) == (None, None), "while he thinks"
    script.go_on([CallerStep(KEYS)])
    assert script.next(60.0) is KEYS


def test_who_does_not_go_on_hangs_up():
    script = Turns([], MANNERS, now=0.0, goes_on=True)
    script.bot_started(1.0)
    script.bot_finished(2.0)
    script.next(2.7)
    script.go_on([])
    assert isinstance(script.next(5.0), HangUp)


def test_a_bot_that_does_not_answer_is_no_reason_to_wait_for_ever():
    script = Turns([], MANNERS, now=0.0, goes_on=True)
    assert isinstance(script.next(MANNERS.patience), Asks)
