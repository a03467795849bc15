"""However an assistant and its timers play together: without the caller there are only so many turns."""

from contextlib import nullcontext, suppress
from itertools import cycle
from math import inf, nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchhook import CollectDigits, ForceTurn, Play, ReplyContext, Say, SetBargeIn, hookimpl
from switchhook.call.dialogue.action_check import MisfitError, as_action
from switchhook.call.dialogue.dialogue import Dialogue
from switchhook.call.dialogue.events import (
    ActionDue,
    CancelReply,
    Flush,
    Opened,
    PromptFinished,
    Queue,
    ReplyEnded,
    SendTurn,
    Time,
)
from switchhook.call.dialogue.limits import Limits
from switchhook.contract.options import SHORTEST
from switchhook.contract.speech import SpeechStarted
from switchhook.testing import MemoryAssistant, a_call

from .test_dialogue_rules import Conversation

ALONE = Limits().alone
WINDOW = 10.0  # seconds

TIMES = st.sampled_from([None, -inf, -1.0, -0.0, 0.0, 0.001, 0.5, 7.0, 1e308, inf, nan]) | st.floats()
SILENT_ACTIONS = st.lists(
    st.one_of(
        st.builds(ForceTurn, st.just("vgwNoInputTurn")),
        st.builds(CollectDigits, count=st.just(2), inter_digit_timeout=TIMES),
        st.builds(SetBargeIn, st.booleans()),
        st.just(Play(b"", loop=True)),
    ),
    max_size=2,
)
HEARD_ACTIONS = SILENT_ACTIONS | st.lists(st.just(Say("hello")), min_size=1, max_size=2)
CONTEXTS = st.fixed_dictionaries(
    {"post_response_timeout": TIMES, "final_utterance_timeout": TIMES, "follow_up": st.booleans()}
)


def replies(actions):
    return st.lists(st.tuples(actions, CONTEXTS), min_size=1, max_size=4)


class Machine:
    """An assistant that answers at once, and prompts of no length. `noise`: seconds from voice to voice."""

    def __init__(self, answers, noise):
        self.answers, self.noise = cycle(answers), noise or inf
        self.dialogue, self.now = Dialogue(Limits(max_call=60.0)), 0.0
        self.at, self.turn, self.prompts = [], None, []

    def tell(self, event):
        for effect in self.dialogue.handle(event, self.now):
            match effect:
                case SendTurn(turn=turn):
                    self.turn = turn.number
                    self.at.append(self.now)
                case CancelReply():
                    self.turn = None
                case Queue(prompt=prompt, content=content):
                    self.prompts.append((prompt, getattr(content, "loop", False)))
                case Flush():
                    self.prompts.clear()

    def settle(self):
        """Until nothing follows at once."""
        for _ in range(1000):
            if self.turn is not None:
                actions, context = next(self.answers)
                turn, self.turn = self.turn, None
                for action in actions:
                    with suppress(MisfitError):
                        self.tell(ActionDue(turn, as_action(action)))
                self.tell(ReplyEnded(turn, **context))
            elif self.prompts and not self.prompts[0][1]:
                self.tell(PromptFinished(self.prompts.pop(0)[0]))
            else:
                return
        raise AssertionError("turn follows turn, at one moment, for ever")

    def run(self, seconds):
        self.tell(Opened())
        self.settle()
        voice = self.noise
        while (due := self.dialogue.deadline) < inf:
            self.now = max(self.now, min(due, voice))
            if self.now > seconds:
                return
            if voice <= self.now:
                voice += self.noise
                self.tell(SpeechStarted(0.0))
            else:
                self.tell(Time())
            self.settle()


def most_in_a_window(times):
    return max(sum(begin <= at < begin + WINDOW for at in times) for begin in times)


@given(replies(HEARD_ACTIONS), st.sampled_from([0.0, 0.1, 3.0]))
@example([([], {"post_response_timeout": 0.001})], 0.0)
@example([([Say("hello")], {"post_response_timeout": 0.001})], 0.0)
@example([([], {"post_response_timeout": 0.001}), *[([], {"follow_up": True})] * 3], 0.0)
@example([([Say("hello")], {"post_response_timeout": nan, "follow_up": True})], 0.0)
@example([([Say("hello")], {"final_utterance_timeout": 0.001})], 0.1)
def test_without_the_caller_turns_are_few_whatever_the_replies(answers, noise):
    machine = Machine(answers, noise)
    machine.run(40.0)
    assert most_in_a_window(machine.at) <= 1 + ALONE + 2 * WINDOW / SHORTEST


@given(replies(SILENT_ACTIONS), st.sampled_from([0.0, 0.1, 3.0]))
def test_an_assistant_that_says_nothing_is_given_up_in_the_end(answers, noise):
    machine = Machine(answers, noise)
    machine.run(60.0)
    assert len(machine.at) <= 1 + ALONE


def test_silence_after_a_prompt_never_gives_a_call_up():
    talk = Conversation(limits=Limits(alone=3))
    for _ in range(20):
        talk.wait(7.1)
        talk.reply(Say("are you there?"))
        talk.hear()
    assert talk.dialogue.outcome is None


def test_silence_after_replies_that_say_nothing_gives_it_up():
    talk = Conversation(Say("hello"), limits=Limits(alone=3))
    talk.hear()
    for _ in range(5):
        if talk.dialogue._ending is None:
            talk.wait(7.1)
            talk.reply()
    talk.hear()
    assert talk.dialogue.outcome.reason == "assistant: 4 turns in a row without the caller"


def test_a_text_that_covers_the_waiting_for_an_answer_is_none():
    talk = Conversation(Say("hello"), limits=Limits(alone=3), waiting_text="one moment")
    talk.hear()
    for _ in range(5):
        if talk.dialogue._ending is None:
            talk.wait(7.1 + 2.1)
            talk.hear()
            talk.reply()
    talk.hear()
    assert talk.dialogue.outcome.outcome == "failed"


def test_who_speaks_begins_the_count_anew():
    talk = Conversation(limits=Limits(alone=3))
    for _ in range(5):
        talk.wait(7.1)
        talk.reply()
        talk.wait(7.1)
        talk.reply()
        talk.say("wait")
        talk.reply()
    assert talk.dialogue.outcome is None


def test_turns_that_an_assistant_asks_for_do_not_hide_how_long_nobody_spoke():
    talk = Conversation(limits=Limits(no_input=2))
    for _ in range(2):
        talk.wait(7.1)
        talk.reply(Say("are you there?"), follow_up=True)
        talk.reply()
        talk.hear()
    talk.wait(7.1)
    assert talk.dialogue.outcome.outcome == "no_input"


@pytest.mark.parametrize("asked", [-1.0, 0.0, 0.001, nan])
def test_the_pause_between_two_keys_is_half_a_second_at_least(asked):
    talk = Conversation(CollectDigits(count=4, inter_digit_timeout=asked))
    talk.press("1")
    talk.wait(0.4)
    assert len(talk.turns) == 1
    talk.wait(0.2)
    assert talk.turns[1].text == "1"


# --- a whole call


def asking(**times):
    return MemoryAssistant(lambda _: [], context=lambda _: ReplyContext(**times))


@pytest.mark.anyio
async def test_a_time_of_a_millisecond_is_taken_for_half_a_second_and_remarked_once():
    async with a_call(asking(post_response_timeout=0.001)) as talk:
        await talk.wait(10)
        assert len(talk.turns) <= 1 + 20
        record = await talk.over()
    assert (record.outcome, record.reason) == ("failed", "assistant: 26 turns in a row without the caller")
    [remark] = record.not_performed
    assert remark == {"turn": 1, "type": "remark", "problem": "its post_response_timeout is taken for 0.5 s"}


@pytest.mark.anyio
@pytest.mark.parametrize("time", [nan, inf, -inf, -1.0, 10**400, "soon", [], True])
@pytest.mark.parametrize("name", ["post_response_timeout", "final_utterance_timeout"])
async def test_what_is_no_time_is_passed_over(name, time):
    async with a_call(asking(**{name: time})) as talk:
        await talk.wait(6.9)
        assert len(talk.turns) == 1
        await talk.wait(0.2)
        assert talk.turns[1].kind == "no_input"
        talk.leg.close()
        record = await talk.over()
    assert record.outcome == "hung_up"
    assert record.not_performed[0]["problem"] == f"its {name} is no time, and is passed over"


@pytest.mark.anyio
async def test_a_time_beyond_every_call_is_no_harm():
    async with a_call(asking(post_response_timeout=1e308), limits=Limits(max_call=60.0)) as talk:
        assert (await talk.over()).outcome == "max_call"
        assert len(talk.turns) == 1


class Keys:
    def __init__(self, asked):
        self.asked = asked

    @hookimpl
    def handle_text(self, response):
        return CollectDigits(**self.asked) if response.text == "keys" else None


WRONG = [
    {"inter_digit_timeout": nan},
    {"inter_digit_timeout": inf},
    {"inter_digit_timeout": "2"},
    {"count": "2"},
]


@pytest.mark.anyio
@pytest.mark.parametrize("asked", WRONG, ids=str)
async def test_a_collection_with_what_is_no_number_costs_only_its_response(asked):
    assistant = MemoryAssistant(lambda turn: ["keys", "hello"] if turn.number == 1 else ["thank you"])
    async with a_call(assistant, plugins=[Keys(asked)]) as talk:
        await talk.wait(3)
        talk.leg.press("1")
        await talk.wait(3)
        assert talk.heard() == ["keys", "hello", "thank you"]  # the next handler was asked
        [name] = asked
        assert f"CollectDigits with a wrong {name}" in talk.call.record_writer.record.faults[0]["error"]


@given(TIMES)
def test_a_time_that_fits_is_a_number_that_ends(time):
    fits = time is None or abs(time) < inf
    with nullcontext() if fits else pytest.raises(MisfitError, match="wrong inter_digit_timeout"):
        as_action(CollectDigits(inter_digit_timeout=time))
