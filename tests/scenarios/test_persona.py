"""Callers with a goal, who go by rules."""

import json
from random import Random

import pytest

from switchhook import CallerAct
from switchhook_scenarios.persona import TRIES, Persona, Ruled

GOAL = {"goal": "a parcel", "until": "it comes"}
ASKED = {"answers": [{"hears": "number", "keys": "123"}]}
SCENARIO = """
[[scenario]]
name = "a parcel"
caller = {{ goal = "where is my parcel", until = "it comes today", {} }}
"""


@pytest.fixture
def said():
    """What a caller with these habits does, one answer of the bot after the other."""

    def go(*answers, seed=1, times=1, **habits):
        mind = Ruled(Persona.model_validate({**GOAL, **habits}), Random(seed))
        return [list(_run(mind.next(answer))) for answer in answers * times]

    return go


def _run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")


def test_the_goal_is_said_first_and_what_is_asked_for_is_answered(said):
    assert said("Hello?", "Key in its number.", "It comes.", **ASKED) == [
        [CallerAct(say="a parcel")],
        [CallerAct(keys="123")],
        [],
    ]


def test_who_is_not_understood_gives_up(said):
    assert said("What?", times=TRIES + 1) == [[CallerAct(say="a parcel")]] * TRIES + [[]]


def test_who_is_asked_the_same_again_and_again_gives_up(said):
    told = said("Its number?", times=2 * TRIES + 1, **ASKED)
    assert (told[0], told[-1]) == ([CallerAct(keys="123")], [])


def test_who_changes_his_mind_asks_for_something_else_first(said):
    assert said("Hello?", "Nine to five.", at_first="hours") == [
        [CallerAct(say="hours")],
        [CallerAct(say="a parcel")],
    ]


def test_who_mishears_asks_again(said):
    assert said("Hello?", mishears=1, again="pardon") == [[CallerAct(say="pardon")]]


def test_who_is_slow_is_silent_before_he_answers(said):
    assert said("Hello?", slow=1) == [[CallerAct(silence=True), CallerAct(say="a parcel")]]


def test_who_interrupts_says_it_again_while_the_bot_answers(said):
    [[first, second]] = said("Hello?", interrupts=1)
    assert (first.say, second.say, first.interrupt, 0 < second.interrupt < 3) == (
        "a parcel",
        "a parcel",
        None,
        True,
    )


def test_chance_goes_by_the_seed(said):
    habits = {"mishears": 0.5, "slow": 0.5}
    calls = [said("Hello?", times=4, seed=seed, **habits) for seed in (1, 1, 2)]
    assert (calls[0] == calls[1], calls[0] == calls[2]) == (True, False)


# --- and a bot


@pytest.fixture
def called(attempt):
    def go(more, *arguments):
        _, printed = attempt(SCENARIO.format(more), "--json", "--seed", "1", *arguments)
        return json.loads(printed.out)["scenarios"][0]

    return go


@pytest.mark.parametrize(
    "habit",
    [
        "",
        "mishears = 0.3",
        "slow = 0.5",
        "interrupts = 0.5",
        'at_first = "hours"',
        "mishears = 0.2, slow = 0.3",
    ],
)
def test_a_bot_that_works_brings_a_caller_to_his_goal(called, habit):
    found = called(f'answers = [{{ hears = "number", keys = "123" }}], {habit}'.rstrip(", "))
    assert found["misses"] == [], "\n".join(found["talk"])


def test_a_goal_that_is_not_reached_is_told_with_the_talk(called):
    found = called('answers = [{ hears = "key in", say = "I do not have it" }]')
    assert [(miss["key"], miss["expected"]) for miss in found["misses"]] == [
        ("caller", 'that he hears "it comes today"')
    ]
    assert 'caller    says "I do not have it"' in found["talk"]


def test_a_wrong_key_of_a_caller_is_told_with_its_line(attempt):
    _, printed = attempt(SCENARIO.format('answer = "x"'))
    assert (
        "calls.toml:5: scenario 'a parcel', caller.answer: unknown key; did you mean 'answers'?"
        in printed.err
    )


@pytest.mark.parametrize("answer", ['{ hears = "x" }', '{ hears = "x", say = "y", keys = "1" }'])
def test_an_answer_is_said_or_keyed(attempt, answer):
    _, printed = attempt(SCENARIO.format(f"answers = [{answer}]"))
    assert "caller.answers.0: expected say or keys" in printed.err


@pytest.mark.parametrize("more", ['persona = "an old man"', 'slow = 0 }\njudge = "Was it polite?" #'])
def test_a_model_that_is_to_play_or_judge_has_to_be_named(attempt, more):
    _, printed = attempt(SCENARIO.format(more))
    assert "a model plays or judges: expected [model] with use" in printed.err


def test_a_model_takes_real_time(attempt):
    status, printed = attempt('[model]\nuse = "openai"\n' + SCENARIO.format('persona = "an old man"'))
    assert (status, "a model takes part: say --real-time" in printed.err) == (2, True)
