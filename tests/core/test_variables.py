"""Output variables are strings, as flows hold them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.call.variables import to_strings

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
