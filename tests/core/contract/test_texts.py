"""Where sentences end; what markup leaves of a text is in `test_prompts`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import sentence_ends, sentences
from switchhook.contract.texts import spoken_words

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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Uh-huh, it's 24/7!", ["uh", "huh", "it", "s", "24", "7"]),
        ("Stra\u00dfe, \uff13 A_b", ["strasse", "3", "a_b"]),
        ("caf\u00e9 cafe\u0301", ["caf\u00e9", "caf\u00e9"]),
        (
            "\u0926\u094b \u0926\u0947, \u0939\u093f\u0928\u094d\u0926\u0940",
            ["\u0926\u094b", "\u0926\u0947", "\u0939\u093f\u0928\u094d\u0926\u0940"],
        ),
        ("\u0e17\u0e35\u0e48", ["\u0e17\u0e35\u0e48"]),
        ("\u0646\u064e\u0639\u064e\u0645", ["\u0646\u0639\u0645"]),
        ("\u05db\u05bc\u05b5\u05df", ["\u05db\u05df"]),
        ("\u5f8c\u3067\u3002 \u2026 \U0001f600", ["\u5f8c\u3067"]),
    ],
)
def test_the_words_that_somebody_said(text, words):
    assert spoken_words(text) == words


@given(st.text(st.characters(codec="ascii")))
def test_signs_beside_letters_belong_to_words_in_any_letters(text):
    told = spoken_words(text, "'")
    assert spoken_words(f"{text} \u00e4", "'") == [*told, "\u00e4"]
