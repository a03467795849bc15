"""What an engine is configured to, for good and for a turn."""

import pytest

from switchhook.call.dialogue.engine_parameters import EngineParameters


def configured(*changes):
    parameters = EngineParameters()
    for turn, (values, strategy) in enumerate(changes, 1):
        parameters.configure(values, strategy, turn)
    return parameters


@pytest.mark.parametrize(
    ("strategy", "current"),
    [
        ("replace", {"model": "b"}),
        ("merge", {"model": "b", "id": "x", "more": {"p": 1, "q": 2}}),
        ("replace_once", {"model": "b"}),
        ("merge_once", {"model": "b", "id": "x", "more": {"p": 1, "q": 2}}),
    ],
)
def test_a_strategy_takes_its_values(strategy, current):
    values = {"model": "b"} if strategy.startswith("replace") else {"model": "b", "more": {"q": 2}}
    first = {"model": "a", "id": "x", "more": {"p": 1}}
    assert configured((first, "replace"), (values, strategy)).current == current


@pytest.mark.parametrize("strategy", ["replace_once", "merge_once"])
def test_what_is_for_a_turn_is_over_when_the_next_is_sent(strategy):
    parameters = configured(({"model": "a"}, "replace"), ({"model": "b"}, strategy))
    assert not parameters.end_turn(2)
    assert parameters.end_turn(3)
    assert parameters.current == {"model": "a"}


def test_what_lasts_is_not_over():
    parameters = configured(({"model": "a"}, "replace"))
    assert not parameters.end_turn(2)
    assert parameters.current == {"model": "a"}


def test_a_second_change_for_a_turn_stacks_on_what_lasts():
    parameters = configured(({"a": 1}, "replace"), ({"b": 2}, "merge_once"), ({"c": 3}, "merge_once"))
    assert parameters.current == {"a": 1, "c": 3}


def test_a_voice_for_a_turn_is_over_with_the_reply_that_spoke_with_it():
    parameters = configured(({"voice": "b"}, "replace_once"))
    assert parameters.use() == {"voice": "b"}
    parameters.end_reply(1)
    assert parameters.use() == {}


def test_a_voice_for_a_turn_that_nothing_was_spoken_with_is_for_the_next_reply():
    parameters = configured(({"voice": "b"}, "replace_once"))
    parameters.end_reply(1)
    assert parameters.use() == {"voice": "b"}
    parameters.end_reply(2)
    assert parameters.use() == {}
