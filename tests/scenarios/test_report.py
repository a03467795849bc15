"""How a call is shown that was heard otherwise than said."""

from dataclasses import replace
from pathlib import Path

import pytest

from switchhook import CallRecord, PlacedCall, TurnRecord
from switchhook_scenarios import report
from switchhook_scenarios.form import Common, Step
from switchhook_scenarios.judging import judged
from switchhook_scenarios.reading import Case


@pytest.fixture
def verdict():
    """Of a call by voice, as its caller and the server's record tell of it."""
    steps = (Step(say="my balance please", hear="four digit PIN", within=1.0), Step(keys="12"))
    case = Case(Path("bank.toml"), 1, "balance", steps, (4, 5), Common(), acts=(1, 2))
    turns = [
        TurnRecord(1, "start", 0.01, said=["Hello."]),
        TurnRecord(2, "speech", 6.0, "my ballots please", said=["I did not", "understand."]),
        TurnRecord(3, "digits", 9.05, "12", said=["Thank you."], actions=[{"action": "Say"}]),
    ]
    record = CallRecord("id", "bank", "now", turns=turns)
    return judged(case, PlacedCall("hung_up", began=[4.0, 9.1], latencies=[0.1, 1.5, None], record=record))


def test_the_talk_says_which_word_was_heard_otherwise(verdict):
    assert 'heard     "ballots" for "balance"' in list(report.talk(verdict))


def test_an_utterance_that_was_not_heard_at_all_is_told():
    case = Case(Path("x"), 1, "x", (Step(say="balance", hear="PIN"),), (1,), Common(), acts=(1,))
    turns = [TurnRecord(1, "start", 0.0), TurnRecord(2, "no_input", 9.0, "", said=["Are you still there?"])]
    placed = PlacedCall("hung_up", began=[3.0], record=CallRecord("id", "bank", "now", turns=turns))
    assert 'heard     nothing of "balance"' in list(report.talk(judged(case, placed)))


def test_a_turn_belongs_to_what_the_caller_did_last_though_the_servers_clock_began_later(verdict):
    assert [answer.said for answer in verdict.answers] == ["Hello.", "I did not understand.", "Thank you."]


def test_the_callers_measure_of_an_answer_counts(verdict):
    assert ("within", "an answer within 1 s", "after 1.50 s") in [miss[:3] for miss in verdict.misses]


def test_a_server_without_a_record_is_judged_by_what_it_was_heard_to_say():
    case = Case(
        Path("x"), 1, "x", (Step(say="hours", hear="nine", does=["EndCall"]),), (1,), Common(), acts=(1,)
    )
    placed = PlacedCall("completed", began=[3.0], said=[(0.1, "Hello."), (4.0, "At nine.")])
    assert judged(case, placed).ok


def test_what_no_eye_can_see_is_no_xml_either(verdict):
    verdict.placed.ending = "\x00\x1b[31m"
    assert b"\\x00\\x1b" in report.junit([verdict], "voice")


def test_a_matrix_has_a_line_for_each_scenario_and_a_column_for_each_condition(verdict):
    good = replace(verdict, misses=())
    each = [replace(good, condition="clear"), replace(verdict, condition="babble")]
    each += [replace(good, condition="babble", run=2)]
    assert [line.split() for line in report.matrix(each)] == [["clear", "babble"], ["balance", "1/1", "1/2"]]


def test_the_condition_stands_beside_the_name(verdict):
    assert report.title(replace(verdict, condition="babble", run=2)) == "balance, babble, run 2"
    assert b'classname="bank.voice.babble"' in report.junit([replace(verdict, condition="babble")], "voice")


def test_what_nobody_said_is_told_and_a_long_story_is_cut():
    case = Case(Path("x"), 1, "x", (Step(say="hours"),), (1,), Common(), acts=(1,))
    turns = [TurnRecord(1, "start", 0.0), TurnRecord(2, "speech", 9.0, "hours " + "a man " * 100)]
    placed = PlacedCall("hung_up", began=[3.0], record=CallRecord("id", "bank", "now", turns=turns))
    [told] = [line for line in report.talk(judged(case, placed)) if line.startswith("heard")]
    assert (told[:18], told[-21:], len(told) < 200) == ('heard     "a man a', '…", which nobody said', True)
