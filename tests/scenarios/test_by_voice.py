"""What is known of a call by voice."""

import anyio
import pytest

from switchhook import CallRecord, PlacedCall
from switchhook_scenarios.by_voice import Seen
from switchhook_scenarios.form import Common, Step
from switchhook_scenarios.judging import judged
from switchhook_scenarios.reading import Case


class Records:
    """Of a server, which has written this one."""

    def __init__(self, record):
        self._record = record

    async def record_of(self, conversation_id):
        return self._record

    def events_of(self, record):
        return ""


def verdict(record, ending):
    placed = PlacedCall(ending, seconds=3.0, conversation_id="c", began=[1.0], said=[(2.0, "We are open.")])
    placed = anyio.run(Seen(Records(record)).completed, placed)
    step = Step(say="hours", hear="open", does="EndCall")
    return judged(Case("file", 1, "name", (step,), (1,), Common(), acts=(1,)), placed)


@pytest.mark.parametrize("ending", ["completed", "hung_up"])
def test_a_call_of_which_no_record_was_written_is_not_as_expected(ending):
    [miss] = verdict(None, ending).misses
    assert (miss.key, miss.got) == ("outcome", "lost: the server has written no record of it")


def test_a_call_that_never_was_says_why():
    [miss] = verdict(None, "refused").misses
    assert (miss.key, miss.got) == ("outcome", "refused")


def test_the_record_knows_better_how_a_call_ended():
    placed = verdict(CallRecord("1", "bank", "now", outcome="no_input", reason="2 times"), "completed").placed
    assert (placed.ending, placed.detail) == ("no_input", "2 times")
