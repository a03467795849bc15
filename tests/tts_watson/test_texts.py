"""What becomes of a text before it is spoken."""

import html
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchhook import plain_text
from switchhook_tts_watson.markup import clean, escaped, is_ssml
from switchhook_tts_watson.parts import parts as parts_of

MOST = 60


@pytest.mark.parametrize(
    "text",
    [
        "<speak>Hello.</speak>",
        '<?xml version="1.0"?><speak>Hello.</speak>',
        "Hello <break time='1s'/> again",
        "<p><s>Hello.</s></p> and",
    ],
)
def test_well_formed_tags_are_ssml(text):
    assert is_ssml(text)


@pytest.mark.parametrize(
    "text",
    ["Hello.", "3 < 5 and 6 > 4", "A & B", "<speak>Hello.", "a <b> c", "A & B <break/>", "x &amp; y"],
)
def test_anything_else_is_words(text):
    assert not is_ssml(text)


def test_entities_are_never_declared():
    assert not is_ssml('<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>')


@given(st.text())
@example("\x00 \ud800 \ufffe")
def test_words_are_always_well_formed_once_they_are_escaped(text):
    words = plain_text(clean(text))
    assert "".join(ET.fromstring(f"<speak>{escaped(words)}</speak>").itertext()).split() == words.split()


@given(st.text("ab &<>.!?\n。", max_size=400))
def test_no_character_is_lost_between_sentences_and_none_is_too_long(words):
    parts = list(parts_of(words, MOST))
    assert "".join("".join(parts).split()) == "".join(words.split())
    assert all(len(escaped(part).encode()) <= MOST for part in parts)


@given(st.text(max_size=200))
def test_tags_never_stay_in_words(text):
    assert plain_text(f"<b>{html.escape(text)}</b>").split() == html.unescape(html.escape(text)).split()


def test_a_title_does_not_end_a_sentence():
    text = "Your doctor is Dr. Lee from the town. She is here on Mondays and Fridays."
    assert list(parts_of(text, 1000)) == [
        "Your doctor is Dr. Lee from the town.",
        "She is here on Mondays and Fridays.",
    ]


def test_a_short_sentence_is_said_with_the_next():
    assert list(parts_of("Yes. That is how it will be done.", 1000)) == ["Yes. That is how it will be done."]
