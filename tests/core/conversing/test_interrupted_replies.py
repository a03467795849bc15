"""A reply that takes long to be made ends when nobody would hear the rest of it, and says what it was billed for."""

from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook import CollectDigits, ReplyContext, hookimpl, parse_response
from switchhook.testing import MemoryAssistant, a_call

pytestmark = pytest.mark.anyio


def text(words):
    return parse_response({"response_type": "text", "text": words})


class SlowReply:
    """One text, and a second one that comes after five seconds; `trouble` is what its interruption raises."""

    matched = True

    def __init__(self, number, trouble):
        self.number, self.trouble = number, trouble
        self.context = ReplyContext()
        self.interrupted = anyio.Event()

    def interrupt(self):
        if self.trouble:
            raise self.trouble
        self.interrupted.set()
        self.context.variables = {"told": "half"}

    async def __aiter__(self):
        yield text(f"{self.number} begun")
        with anyio.move_on_after(5):
            await self.interrupted.wait()
            return
        yield text(f"{self.number} done")


class Slow:
    def __init__(self, trouble=None):
        self.turns, self.replies, self.trouble = [], [], trouble

    @asynccontextmanager
    async def open(self, _call, /):
        yield self

    @asynccontextmanager
    async def send(self, turn, /):
        self.turns.append(turn)
        self.replies.append(SlowReply(turn.number, self.trouble))
        yield self.replies[-1]


async def test_who_speaks_into_a_long_reply_is_answered_at_once():
    async with a_call(Slow()) as talk:
        await talk.wait(1)
        talk.say("stop that")
        await talk.wait(0.1)
        assert [turn.text for turn in talk.turns] == ["", "stop that"]


async def test_the_context_of_an_interrupted_reply_counts():
    async with a_call(Slow()) as talk:
        await talk.wait(1)
        talk.say("stop that")
        await talk.wait(0.1)
        assert talk.turns[-1].variables == {"told": "half"}


async def test_a_reply_is_not_interrupted_before_anything_else_is_due():
    slow = Slow()
    async with a_call(slow) as talk:
        await talk.wait(1)
        talk.say("stop", final=False)
        await talk.wait(0.1)
        assert not slow.replies[0].interrupted.is_set()


async def test_a_reply_that_cannot_be_interrupted_is_read_on_and_the_record_says_so():
    async with a_call(Slow(OSError())) as talk:
        await talk.wait(1)
        talk.say("stop that")
        await talk.wait(0.1)
        (fault,) = talk.call.record_writer.record.faults
        assert (fault["hook"], fault["error"]) == ("interrupt", "OSError")
        assert len(talk.turns) == 1
        await talk.wait(6)
        assert len(talk.turns) == 2


class Secret:
    @hookimpl
    def handle_user_defined(self, response):
        return CollectDigits(count=2, sensitive=True)


@pytest.mark.parametrize(("asked", "sensitive"), [([{"response_type": "user_defined"}], True), ([], False)])
async def test_a_turn_says_whether_it_was_asked_for_in_confidence(asked, sensitive):
    assistant = MemoryAssistant(lambda turn: ["your number", *asked])
    async with a_call(assistant, plugins=[Secret()]) as talk:
        await talk.wait(5)
        talk.leg.press("1")
        talk.leg.press("2")
        await talk.wait(1)
        assert [turn.sensitive for turn in talk.turns[1:]][-1] is sensitive


async def record_of(usage, plugins=()):
    assistant = MemoryAssistant(lambda _: ["hello"], context=lambda _: ReplyContext(usage=usage))
    async with a_call(assistant, plugins=plugins) as talk:
        await talk.wait(3)
        return talk.call.record_writer.record.turns[0].usage


async def test_the_record_says_what_a_reply_was_billed_for():
    assert await record_of({"prompt_tokens": 40, "completion_tokens": 5}) == {
        "prompt_tokens": 40,
        "completion_tokens": 5,
    }


@pytest.mark.parametrize("wrong", [{"a": -1}, {"a": "5"}, {"a": 1.5}, {5: 5}, {"a": 10**30}, {"a": None}])
async def test_what_is_no_count_is_not_taken(wrong):
    assert await record_of({**wrong, "b": 1}) == {"b": 1}


async def test_only_so_many_kinds_are_taken():
    assert len(await record_of({f"kind{n}": n for n in range(1000)})) == 20


async def test_what_a_reply_was_billed_for_is_measured_by_its_kind():
    told = []

    class Listener:
        @hookimpl
        def measured(self, name, value, labels):
            told.append((name, value, dict(labels)))

    await record_of({"prompt_tokens": 40}, [Listener()])
    assert ("assistant_usage", 40, {"connector": "test", "kind": "prompt_tokens"}) in told
