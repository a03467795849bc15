"""When all is known that happened in a turn, who listens is told of it, while the call goes on."""

import json
from dataclasses import asdict

import pytest
import trio.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchhook import hookimpl
from switchhook.testing import MemoryAssistant, a_call

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


class Listener:
    """Keeps each turn as it was when it was told."""

    def __init__(self):
        self.told, self.at_end = [], None

    @hookimpl
    def turn_recorded(self, turn):
        self.told.append(json.dumps(asdict(turn)))

    @hookimpl
    def call_ended(self, record):
        self.at_end = len(self.told)

    @property
    def numbers(self):
        return [json.loads(each)["number"] for each in self.told]


def answering(*items):
    return MemoryAssistant(lambda turn: ["welcome to the bank"] if turn.number == 1 else list(items))


async def test_a_turn_is_told_when_a_later_one_has_begun():
    listener = Listener()
    async with a_call(answering("it is 7 euros"), plugins=[listener]) as talk:
        await talk.wait(5)
        assert listener.numbers == []
        talk.say("my balance")
        await talk.wait(1)
        assert listener.numbers == [1]
    assert set(json.loads(listener.told[0])["stages"]) == {"assistant", "synthesis", "playback"}


async def test_the_last_turn_is_left_to_the_end_of_the_call():
    listener = Listener()
    async with a_call(answering("it is 7 euros"), plugins=[listener]) as talk:
        await talk.wait(5)
        talk.say("my balance")
        await talk.wait(5)
        talk.leg.close()
        record = await talk.over()
    assert (listener.numbers, len(record.turns), listener.at_end) == ([1], 2, 1)


WORDS = st.sampled_from(["my balance", "no", "something else, please"])
WAITS = st.sampled_from([0.05, 0.3, 1.0, 3.0, 8.0])
REPLIES = st.lists(st.sampled_from(["yes", "it is 7 euros and 20 cents", 0.4, 2.0]), max_size=3)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(WORDS | st.sampled_from("12"), WAITS), max_size=8), REPLIES)
async def test_whatever_a_caller_does_a_turn_that_was_told_does_not_change_any_more(steps, replies):
    listener = Listener()
    async with a_call(answering(*replies), plugins=[listener]) as talk:
        await talk.wait(0.3)
        for what, seconds in steps:
            if what in "12":
                talk.leg.press(what)
            else:
                talk.say(what)
            await talk.wait(seconds)
        talk.leg.close()
        record = await talk.over()
    final = [json.dumps(asdict(turn)) for turn in record.turns]
    assert listener.told == final[: len(listener.told)]
