"""Who fails again and again is left out of new calls for a while, and then asked again."""

import logging

import anyio
import pytest

from switchhook import CallInfo, Say, hookimpl, parse_response
from switchhook.plugins.asking import Hooks
from switchhook.plugins.breaker import REST, WITHIN
from switchhook.plugins.guard import reporting
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.testing import MemoryAssistant, a_call

TEXT = parse_response({"response_type": "text", "text": "hi"})
MOST = 3


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """Of the breaker, and of when calls begin."""
    return Clock()


class Failing:
    """Fails while it is told to."""

    def __init__(self):
        self.asked, self.fails = 0, True

    def answer(self):
        self.asked += 1
        if self.fails:
            raise KeyError
        return Say("from failing")

    @hookimpl
    def handle_text(self, response):
        return self.answer()

    @hookimpl
    def rewrite_action(self, action):
        self.answer()

    @hookimpl
    def call_started(self, call):
        self.answer()

    @hookimpl
    def handle_end_session(self, response):
        return Say("bye")


class Spare:
    @hookimpl
    def handle_text(self, response):
        return Say("from spare")


@pytest.fixture
def failing():
    return Failing()


@pytest.fixture
def hooks(failing, clock):
    plugins = Plugins()
    plugins.hold(Plugin("responses/spare", "acme", "1", Spare()))
    plugins.hold(Plugin("responses/failing", "acme", "1", failing))
    plugins.guard.breaker.most, plugins.guard.breaker.now = MOST, clock
    return Hooks(plugins, list(plugins.loaded.values()))


def new_call(hooks):
    return CallInfo("1", "support", _began=hooks._guard.breaker.now())


def handled(hooks, call=None):
    """What the answer is, and what went wrong."""
    faults = []
    with reporting(faults.append):
        answer = hooks.handle(TEXT, call or new_call(hooks))
    return answer.actions.text, [fault.error for fault in faults]


def failed(hooks, times=MOST):
    for _ in range(times):
        hooks.handle(TEXT, new_call(hooks))


def test_who_has_failed_often_is_not_asked_in_a_new_call(hooks, failing):
    failed(hooks)
    assert handled(hooks) == ("from spare", ["rests, as it has failed again and again"])
    assert failing.asked == MOST


def test_who_has_failed_less_often_is_asked(hooks, failing):
    failed(hooks, MOST - 1)
    handled(hooks)
    assert failing.asked == MOST


def test_faults_that_lie_further_apart_do_not_count(hooks, failing, clock):
    for _ in range(3 * MOST):
        failed(hooks, 1)
        clock.now += WITHIN
    assert failing.asked == 3 * MOST


def test_a_rewriter_that_works_for_others_goes_on(hooks, failing):
    for turn in range(10 * MOST):
        failing.fails = bool(turn % MOST)
        hooks.rewrite(Say("hi"), new_call(hooks))
    assert failing.asked == 10 * MOST


def test_a_call_that_began_before_goes_on_with_it(hooks, failing, clock):
    before = new_call(hooks)
    clock.now += 1
    failed(hooks)
    handled(hooks, before)
    assert failing.asked == MOST + 1


def test_after_a_rest_it_is_asked_again(hooks, failing, clock):
    failed(hooks)
    clock.now += REST + 1
    failing.fails = False
    assert handled(hooks) == ("from failing", [])


def test_who_fails_again_after_its_rest_rests_again(hooks, failing, clock):
    failed(hooks)
    clock.now += REST + 1
    failed(hooks)
    handled(hooks)
    assert failing.asked == 2 * MOST


def test_its_other_hooks_go_on(hooks):
    failed(hooks)
    end = parse_response({"response_type": "end_session"})
    assert hooks.handle(end, new_call(hooks)).actions == Say("bye")


def test_a_rewriter_rests_and_actions_stay_as_they_are(hooks, failing):
    for _ in range(MOST + 2):
        assert hooks.rewrite(Say("hi"), new_call(hooks)) == [Say("hi")]
    assert failing.asked == MOST


def test_a_listener_rests(hooks, failing):
    for _ in range(MOST + 2):
        hooks.tell("call_started", call=new_call(hooks))
    assert failing.asked == MOST


def test_without_a_number_nobody_rests(hooks, failing):
    hooks._guard.breaker.most = 0
    failed(hooks, 100)
    assert failing.asked == 100


def test_it_is_said_once_and_as_an_error(hooks, caplog):
    failed(hooks, 2 * MOST)
    [said] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert said.getMessage() == (
        "plugin responses/failing: its handle_text failed 3 times in a row in 60 s: new calls do without it for 300 s"
    )


def test_an_answer_of_the_wrong_kind_counts(hooks, failing, monkeypatch):
    monkeypatch.setattr(failing, "answer", lambda: "a bare text")
    failed(hooks)
    assert handled(hooks)[1] == ["rests, as it has failed again and again"]


# --- in calls


class Hanging:
    def __init__(self, *first):
        self.asked, self.first = 0, first

    @hookimpl
    def handle_text(self, response):
        return self.answer()

    async def answer(self):
        self.asked += 1
        for action in self.first:
            yield action
        await anyio.sleep_forever()


class Told:
    """Keeps the figure of faults."""

    def __init__(self):
        self.sources = []

    @hookimpl
    def measured(self, name, value, labels):
        if name == "faults":
            self.sources.append(labels["source"])


@pytest.mark.anyio
async def test_who_hangs_in_every_response_rests():
    hanging = Hanging()
    bot = MemoryAssistant(lambda turn: ["one", "two", "three"] if turn.number == 1 else [])
    async with a_call(bot, plugins=[hanging]) as talk:
        breaker = talk.call._bot.hooks._guard.breaker
        breaker.most = MOST
        await talk.wait(40)
    assert (hanging.asked, breaker.rests("responses/test1", "handle_text")) == (MOST, True)


@pytest.mark.anyio
async def test_a_handler_that_works_for_others_goes_on():
    class Sometimes:
        asked = 0

        @hookimpl
        def handle_text(self, response):
            self.asked += 1
            return self.answer(response.text)

        async def answer(self, text):
            if text == "fail":
                raise KeyError
            yield Say(text)

    sometimes = Sometimes()
    bot = MemoryAssistant(lambda turn: ["fail", "fail", "well"] * 5 if turn.number == 1 else [])
    async with a_call(bot, plugins=[sometimes]) as talk:
        breaker = talk.call._bot.hooks._guard.breaker
        breaker.most = MOST
        await talk.wait(5)
    assert (sometimes.asked, breaker.rests("responses/test1", "handle_text")) == (15, False)


@pytest.mark.anyio
async def test_who_is_left_because_the_caller_goes_on_has_not_failed():
    bot = MemoryAssistant(lambda turn: ["look it up"] if turn.number == 1 else [])
    async with a_call(bot, plugins=[Hanging(Say("one moment"))]) as talk:
        breaker = talk.call._bot.hooks._guard.breaker
        breaker.most = 1
        await talk.wait(1)
        talk.say("go on")
        await talk.wait(1)
        [fault] = talk.call.record_writer.record.faults
    assert fault["error"] == "was left, as the next turn was due"
    assert not breaker.rests("responses/test1", "handle_text")


@pytest.mark.anyio
async def test_the_faults_of_handlers_are_counted_by_plugin():
    told, failing = Told(), Failing()
    async with a_call(MemoryAssistant(lambda turn: ["one"]), plugins=[failing, told]) as talk:
        await talk.wait(3)
    # told of the start, asked to handle a text, and to rewrite what the kit's own handler made of it
    assert (told.sources, failing.asked) == (["responses/test1"] * 3, 3)
