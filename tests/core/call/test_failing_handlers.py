"""A handler that fails: the next one is asked, or the caller is told; never is there silence."""

import logging

import anyio
import pytest

from switchhook import (
    Annotate,
    EndCall,
    ForceTurn,
    Remark,
    Say,
    SetVariables,
    hookimpl,
    parse_response,
)
from switchhook.call.record.replay import replay_lines
from switchhook.testing import MemoryAssistant, a_call

pytestmark = pytest.mark.anyio

SORRY = "sorry"  # the failure text of a call in memory
LOOK_UP = {"response_type": "user_defined", "user_defined": {"look": "up"}}
END = {"response_type": "end_session"}


class Handler:
    """Answers user_defined and text "look it up" with what `steps` gives."""

    def __init__(self, steps):
        self.steps, self.asked = steps, 0

    def answer(self):
        self.asked += 1
        return self.steps()

    @hookimpl
    def handle_user_defined(self, response):
        return self.answer()

    @hookimpl
    def handle_text(self, response):
        return self.answer() if response.text == "look it up" else None


def saying(*responses):
    """What is answered to the first turn; "and then" to each of the others."""
    return MemoryAssistant(lambda turn: list(responses) if turn.number == 1 else ["and then"])


def raises_after(*actions):
    def steps():
        yield from actions
        raise KeyError("4711")

    return steps


def raises_later(*actions):
    async def steps():
        for action in actions:
            yield action
            await anyio.sleep(1)
        raise KeyError("4711")

    return steps


def hangs_after(*actions):
    async def steps():
        for action in actions:
            yield action
        await anyio.sleep_forever()

    return steps


def without_end(action):
    def steps():
        while True:
            yield action

    return steps


HALF_WAY = {
    "a generator raises": raises_after(Say("one moment")),
    "an async generator raises": raises_later(Say("one moment")),
    "an async generator hangs": hangs_after(Say("one moment")),
    "a text is no action": lambda: [Say("one moment"), "your balance is ten dollars"],
    "an action does not fit": lambda: [Say("one moment"), Say(None)],
}


@pytest.mark.parametrize("steps", HALF_WAY.values(), ids=HALF_WAY)
async def test_the_caller_is_told_that_what_was_begun_will_not_go_on(steps):
    async with a_call(saying(LOOK_UP), plugins=[Handler(steps)]) as talk:
        await talk.wait(16)
        assert talk.heard()[:2] == ["one moment", SORRY]


async def test_it_is_said_at_once():
    async with a_call(saying(LOOK_UP), plugins=[Handler(raises_after(Say("one moment")))]) as talk:
        await talk.wait(4.5)  # a text takes two seconds
        assert talk.heard() == ["one moment", SORRY]


async def test_it_is_said_after_a_hundred_actions_too():
    async with a_call(saying(LOOK_UP), plugins=[Handler(without_end(SetVariables({"a": 1})))]) as talk:
        await talk.wait(3)
        assert talk.heard() == [SORRY]


async def test_what_was_begun_is_not_begun_again():
    after = Handler(lambda: Say("found"))
    async with a_call(
        saying(LOOK_UP), plugins=[after, Handler(raises_after(SetVariables({"a": 1})))]
    ) as talk:
        await talk.wait(4)
        assert (after.asked, talk.heard()) == (0, [SORRY])


UNBEGUN = {
    "raises": raises_after(),
    "an async generator raises": raises_later(),
    "hangs": hangs_after(),
    "remarks and raises": raises_after(Remark("about to look"), Annotate({"looked": True})),
}


@pytest.mark.parametrize("steps", UNBEGUN.values(), ids=UNBEGUN)
async def test_the_next_handler_is_asked_where_nothing_was_performed_yet(steps):
    after = Handler(lambda: Say("found"))
    async with a_call(saying(LOOK_UP), plugins=[after, Handler(steps)]) as talk:
        await talk.wait(13)
        assert talk.heard()[0] == "found"
        assert talk.call.record_writer.record.faults[0]["source"] == "responses/test2"


async def test_the_bundled_handler_is_asked_in_the_end():
    async with a_call(saying("look it up"), plugins=[Handler(raises_later())]) as talk:
        await talk.wait(4)
        assert talk.heard() == ["look it up"]


async def test_who_fails_in_the_place_of_another_leaves_it_to_the_next():
    giving = Handler(lambda: parse_response({"response_type": "text", "text": "look it up"}))
    async with a_call(saying(LOOK_UP), plugins=[Handler(raises_after()), giving]) as talk:
        await talk.wait(4)
        assert talk.heard() == ["look it up"]


@pytest.mark.parametrize("steps", UNBEGUN.values(), ids=UNBEGUN)
async def test_the_caller_is_told_where_no_handler_is_left_and_nothing_else_is_heard(steps):
    async with a_call(saying(LOOK_UP), plugins=[Handler(steps)]) as talk:
        await talk.wait(13)
        assert talk.heard()[0] == SORRY


async def test_nothing_is_excused_where_the_reply_is_heard_all_the_same():
    async with a_call(saying("your balance is ten", LOOK_UP), plugins=[Handler(raises_after())]) as talk:
        await talk.wait(5)
        assert talk.heard() == ["your balance is ten"]


async def test_the_rest_of_the_reply_is_still_heard():
    failing = Handler(raises_after(Say("one moment")))
    async with a_call(saying(LOOK_UP, "goodbye", END), plugins=[failing]) as talk:
        assert (await talk.over()).outcome == "completed"
        assert talk.heard() == ["one moment", SORRY, "goodbye"]


async def test_it_is_said_once_in_a_reply():
    failing = Handler(raises_after(SetVariables({"a": 1})))
    async with a_call(saying(LOOK_UP, LOOK_UP), plugins=[failing]) as talk:
        await talk.wait(5)
        assert talk.tts.texts == [SORRY]


async def test_nothing_is_said_where_the_call_ends():
    async with a_call(saying(LOOK_UP), plugins=[Handler(raises_after(Say("bye"), EndCall()))]) as talk:
        assert (await talk.over()).outcome == "completed"
        assert talk.heard() == ["bye"]


async def test_nothing_is_said_where_the_next_turn_is_due():
    failing = Handler(raises_after(ForceTurn("looked")))
    async with a_call(saying(LOOK_UP), plugins=[failing]) as talk:
        await talk.wait(3)
        assert talk.heard() == ["and then"]
        assert talk.turns[1].failed == ("user_defined",)


async def test_who_has_interrupted_it_is_answered_instead():
    async with a_call(saying(LOOK_UP), plugins=[Handler(hangs_after(Say("one moment")))]) as talk:
        await talk.wait(1)
        talk.say("agent")
        await talk.wait(12)
        assert SORRY not in talk.heard()


async def test_without_a_failure_text_nothing_is_said():
    failing = Handler(raises_after(Say("one moment")))
    async with a_call(saying(LOOK_UP), plugins=[failing], failure_text="") as talk:
        await talk.wait(5)
        assert talk.heard() == ["one moment"]


# --- who is told


@pytest.mark.parametrize("steps", [raises_after(Say("one moment")), raises_after()], ids=["begun", "not"])
async def test_the_assistant_is_told_with_the_next_turn(steps):
    async with a_call(saying(LOOK_UP), plugins=[Handler(steps)]) as talk:
        await talk.wait(6)
        talk.say("hello?")
        await talk.wait(3)
        talk.say("hello?")
        await talk.wait(3)
        assert [turn.failed for turn in talk.turns] == [(), ("user_defined",), ()]


async def test_the_assistant_is_told_nothing_where_the_next_handler_did_it():
    plugins = [Handler(lambda: Say("found")), Handler(raises_after())]
    async with a_call(saying(LOOK_UP), plugins=plugins) as talk:
        await talk.wait(5)
        talk.say("thanks")
        await talk.wait(1)
        assert talk.turns[1].failed == ()


async def test_the_record_tells_of_it():
    async with a_call(saying(LOOK_UP), plugins=[Handler(raises_after(Say("one moment")))]) as talk:
        await talk.wait(6)
    record = talk.call.record_writer.record
    unmet = {"turn": 1, "type": "user_defined", "problem": "its handler failed half way"}
    assert (record.faults[0]["error"], record.not_performed) == ("KeyError", [unmet])


async def test_the_log_tells_of_it_and_of_no_value(caplog):
    caplog.set_level(logging.WARNING)
    async with a_call(saying(LOOK_UP), plugins=[Handler(raises_after(Say("one moment")))]) as talk:
        await talk.wait(6)
    assert "its handler failed half way" in caplog.text
    assert "4711" not in caplog.text


async def test_it_is_replayed_as_it_was():
    async with a_call(saying(LOOK_UP), plugins=[Handler(raises_after(Say("one moment")))]) as talk:
        await talk.wait(6)
        talk.leg.close("hung_up")
        await talk.over()
    assert replay_lines(talk.events).differences == []
