"""Where things stand in a TOML text."""

import tomllib

import pytest
import tomlkit
from hypothesis import example, given, settings
from hypothesis import strategies as st

from switchhook_toml_lines import line_of, lines_of

EVERYTHING = '''\
# a comment with [brackets] and "quotes"
threshold = 70
dotted.key.here = 1

[steps.greeting]    # a comment
responses = [
    "one",  # not ] this
    'two]',
    { response_type = "option", options = [
        { label = "a" }, { label = "b", value.input = { text = "b" } },
    ] },
]
date = 1979-05-27 07:32:00
text = """
[not.a.table]
key = "no key"
\\"""
"""
"quoted \\u00e9.key" = \'\'\'
[[no]]\'\'\'

[[steps.menu.responses]]
response_type = "text"

[[steps.menu.responses]]
response_type = "option"
[[steps.menu.responses.options]]
label = "x"
[steps.menu.responses.extra]
deep = [[1, 2],
        [3]]
'''

PLACES = {
    ("threshold",): 2,
    ("dotted",): 3,
    ("dotted", "key", "here"): 3,
    ("steps",): 5,
    ("steps", "greeting", "responses"): 6,
    ("steps", "greeting", "responses", 0): 7,
    ("steps", "greeting", "responses", 1): 8,
    ("steps", "greeting", "responses", 2, "options"): 9,
    ("steps", "greeting", "responses", 2, "options", 1, "value", "input", "text"): 10,
    ("steps", "greeting", "date"): 13,
    ("steps", "greeting", "text"): 14,
    ("steps", "greeting", "quoted é.key"): 19,
    ("steps", "menu", "responses", 0): 22,
    ("steps", "menu", "responses", 0, "response_type"): 23,
    ("steps", "menu", "responses", 1, "response_type"): 26,
    ("steps", "menu", "responses", 1, "options", 0, "label"): 28,
    ("steps", "menu", "responses", 1, "extra"): 29,
    ("steps", "menu", "responses", 1, "extra", "deep", 1, 0): 31,
}


def paths(value, path=()):
    """Every table, key and element of what tomllib read."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


SCALARS = st.text(max_size=12) | st.integers(-9, 9) | st.booleans() | st.datetimes() | st.floats(-2, 2)
TABLES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_every_kind_of_place_has_its_line(place):
    assert lines_of(EVERYTHING)[place] == PLACES[place]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=5), TABLES, max_size=5).map(tomlkit.dumps))
@example(EVERYTHING)
@example('a = """"quoted""""\nb = \'\'\'\'x\'\'\'\'\nc = ""\nd = "\\\\"\ne = [ ]\nf = { }\n')
@example("a=[1,\r\n2]\r\n[b]\r\nc=1\r\n")
def test_exactly_what_the_parser_finds_is_found(text):
    assert set(lines_of(text)) == set(paths(tomllib.loads(text)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["", "# x", "   "]), max_size=8), st.integers(1, 4))
def test_a_key_stands_where_it_was_written(blanks, number):
    text = "\n".join([*blanks, *(f"key{each} = {each}" for each in range(number))])

    assert lines_of(text)[(f"key{number - 1}",)] == len(blanks) + number


def test_a_missing_place_has_the_line_of_what_is_around_it():
    assert line_of(("steps", "greeting", "phrases", 3), lines_of(EVERYTHING)) == 5


def test_a_place_with_nothing_around_it_is_the_first_line():
    assert line_of(("fallback",), lines_of(EVERYTHING)) == 1
