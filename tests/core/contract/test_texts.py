"""Where sentences end; what markup leaves of a text is in `test_prompts`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import sentence_ends, sentences

TEXTS = st.text("aA1.!?… \n\"')」。\uff01\u2028", max_size=100)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("one: two; three", ["one: two; three"]),
        ("Wait… what?", ["Wait…", "what?"]),
        ("Ask Dr. Lee or J. Poe, e.g. today.", ["Ask Dr. Lee or J. Poe, e.g. today."]),
        ("No. 5 is free. No. Go on.", ["No. 5 is free.", "No.", "Go on."]),
        ("Version 2.50 is out.", ["Version 2.50 is out."]),
        ("番号です。「はい。」と", ["番号です。", "「はい。」", "と"]),
        ("one\r\n\ntwo", ["one", "two"]),
        (" \n ", []),
    ],
)
def test_a_text_falls_into_its_sentences(text, found):
    assert list(sentences(text)) == found


@given(TEXTS)
def test_nothing_is_lost_but_white_space(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(TEXTS)
def test_ends_come_in_order_within_the_text(text):
    ends = list(sentence_ends(text))
    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)
