"""Cutting a text into sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_embedded.sentences import sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("no end", ["no end"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("Dr. Lee and Mrs. Poe are in.", ["Dr. Lee and Mrs. Poe are in."]),
        ("Ask J. Lee.", ["Ask J. Lee."]),
        ("It costs 2.50 today.", ["It costs 2.50 today."]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_cut_where_sentences_end(text, parts):
    assert sentences(text) == parts


@given(st.text("ab.!? \n\"'", max_size=80))
def test_nothing_of_a_text_is_lost_but_white_space(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
