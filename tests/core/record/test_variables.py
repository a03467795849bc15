"""Output variables are strings, as flows hold them."""

import json
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.call.dialogue.events import End
from switchhook.call.record.variables import WENT_WRONG, Reserved, SessionVariables, to_strings

SPELLED = {
    "text": ("ten euros", "ten euros"),
    "empty": ("", ""),
    "true": (True, "true"),
    "false": (False, "false"),
    "whole": (42, "42"),
    "whole float": (42.0, "42"),
    "negative": (-3.0, "-3"),
    "fraction": (2.5, "2.5"),
    "huge": (1e300, "1e+300"),
    "object": ({"a": [1, True, None]}, '{"a":[1,true,null]}'),
    "umlaut": (["ä"], '["ä"]'),
    "strange": ([b"x"], "[\"b'x'\"]"),
    "date": (date(2026, 11, 30), "2026-11-30"),
    "decimal": (Decimal("9.90"), "9.90"),
    "date within": ([date(2026, 11, 30)], '["2026-11-30"]'),
    "table that cannot be written to": (MappingProxyType({"a": MappingProxyType({"b": 1})}), '{"a":{"b":1}}'),
}


@pytest.mark.parametrize("case", SPELLED)
def test_a_value_becomes_the_string_that_a_flow_expects(case):
    value, spelled = SPELLED[case]
    assert to_strings({"x": value}) == {"x": spelled}


def test_none_is_left_out():
    assert to_strings({"a": None, "b": "1"}) == {"b": "1"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_every_value_but_none_becomes_a_string(variables):
    strings = to_strings(variables)
    assert set(strings) == {name for name, value in variables.items() if value is not None}
    assert all(isinstance(value, str) for value in strings.values())


@given(st.dictionaries(st.text(), st.lists(st.integers() | st.text() | st.booleans())))
def test_what_was_no_text_is_read_back_as_json(variables):
    assert {name: json.loads(value) for name, value in to_strings(variables).items()} == variables


# --- who sets them


def test_what_handlers_set_in_a_reply_outlives_the_context_that_ends_it():
    variables = SessionVariables({"a": "1", "b": "2"})
    variables.begin_reply()
    variables.set({"b": "handler", "c": "handler"})
    variables.replace({"b": "assistant", "d": "assistant"})
    assert variables.current == {"b": "handler", "c": "handler", "d": "assistant"}


def test_what_handlers_set_in_an_earlier_reply_is_what_the_assistant_says_of_it():
    variables = SessionVariables({})
    variables.set({"a": "handler"})
    variables.begin_reply()
    variables.replace({"a": "assistant"})
    assert variables.current == {"a": "assistant"}


def test_who_looks_at_them_sees_what_changes_and_changes_nothing():
    variables = SessionVariables({"a": "1"})
    seen = variables.current
    variables.replace({"a": "2"})
    assert seen["a"] == "2"
    with pytest.raises(TypeError):
        seen["a"] = "3"


# --- what is ours alone


def outputs(end, variables, reserved):
    """As if the flow had given nothing."""
    session = SessionVariables({}, reserved)
    session.set(variables)
    return session.outputs(end)


NAMES = st.sampled_from([*Reserved(), "topic"])
VALUES = st.sampled_from(
    [*WENT_WRONG, "Failed", " NO_INPUT ", "completed", "connect_to_agent", "", None, True, {"a": 1}]
)
VARIABLES = st.dictionaries(NAMES, VALUES)


@given(VARIABLES, VARIABLES)
def test_a_completed_call_is_given_back_as_completed_whatever_was_set(handed, variables):
    given, _ = outputs(End("completed", "", handed), variables, Reserved())
    assert not {*given} & {*Reserved()}


@given(VARIABLES, VARIABLES)
def test_a_call_that_is_handed_over_never_seems_to_have_failed(handed, variables):
    given, _ = outputs(End("handed_over", "", handed), variables, Reserved())
    assert {*given} & {*Reserved()} <= {"Intent"}
    assert given.get("Intent", "").strip().lower() not in WENT_WRONG


@given(st.sampled_from(WENT_WRONG), VARIABLES, VARIABLES)
def test_a_call_that_went_wrong_says_how_whatever_was_set(outcome, handed, variables):
    given, _ = outputs(End(outcome, "why", handed), variables, Reserved())
    assert [given[name] for name in Reserved()] == [outcome, "why", outcome]


@given(VARIABLES, VARIABLES)
def test_variables_of_other_names_are_given_back(handed, variables):
    given, _ = outputs(End("completed", "", handed), variables, Reserved())
    both = to_strings({**handed, **variables})
    assert given == {name: value for name, value in both.items() if name == "topic"}


def test_a_name_that_is_not_sent_is_free():
    given, kept_back = outputs(End("completed"), {"Intent": "billing"}, Reserved(intent=""))
    assert (given, kept_back) == ({"Intent": "billing"}, [])


def test_names_of_ones_own_are_reserved_and_the_usual_ones_then_free():
    variables = {"ended": "failed", "switchhook_outcome": "x"}
    given, kept_back = outputs(End("completed"), variables, Reserved("ended", "", ""))
    assert (given, kept_back) == ({"switchhook_outcome": "x"}, ["ended"])


def test_a_name_that_is_spelt_otherwise_is_another_variable():
    given, _ = outputs(End("completed"), {"intent": "billing"}, Reserved())
    assert given == {"intent": "billing"}


def test_a_hand_over_says_under_the_intent_what_the_flow_is_to_do():
    handed = {"Intent": "connect_to_agent"}
    assert outputs(End("handed_over", "", handed), {}, Reserved()) == (handed, [])


def test_what_the_flow_gave_under_a_reserved_name_is_not_remarked():
    session = SessionVariables({"Intent": "billing"})
    assert session.outputs(End("completed")) == ({}, [])


def test_what_replaced_it_is():
    session = SessionVariables({"Intent": "billing"})
    session.set({"Intent": "cards"})
    assert session.outputs(End("completed")) == ({}, ["Intent"])
