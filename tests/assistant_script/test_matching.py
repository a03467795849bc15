"""Which phrase comes closest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook_assistant_script.matching import closest, normal

PHRASES = [
    ("last_call", "information about your last call"),
    ("balance", "what is my balance"),
    ("transfer", "transfer"),
    ("hours", "hours"),
    ("agent", "agent"),
]


def match(said, threshold=70):
    return closest(said, PHRASES, threshold)


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("Information about your last call.", "last_call"),
        ("Information about my last call", "last_call"),
        ("WHAT'S MY BALANCE?", "balance"),
        ("Transpar", "transfer"),
        ("Ours.", "hours"),
    ],
)
def test_what_was_said_or_nearly_said_is_found(said, step):
    assert match(said) == step


@pytest.mark.parametrize("said", ["", "...", "the weather tomorrow", "Calif. number"])
def test_what_is_near_to_nothing_is_not_found(said):
    assert match(said) is None


def test_the_threshold_decides():
    assert match("Transpar", threshold=80) is None


def test_no_words_match_nothing_even_without_a_threshold():
    assert match("?!", threshold=0) is None


def test_of_equally_near_phrases_the_first_is_taken():
    assert closest("yes", [("first", "yes"), ("second", "yes")], 70) == "first"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PHRASES), st.floats(0, 100))
def test_a_phrase_always_finds_its_step(entry, threshold):
    assert match(entry[1].upper() + "!", threshold) == entry[0]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_normal_text_is_its_own_normal_form(text):
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("yes I do", "yes"),
        ("yes please", "yes"),
        ("yeah sure", "yes"),
        ("yes of course", "yes"),
        ("no I don't", "no"),
        ("nope", "no"),
        ("no thanks", "no"),
        ("no it isn't", "no"),
        ("I do not know yes or maybe", None),
        ("know", None),
        ("yesterday", None),
    ],
)
def test_an_answer_is_what_it_is_whatever_is_said_with_it(said, answer):
    assert closest(said, [("yes", "yes"), ("no", "no")], 70) == answer


@pytest.mark.parametrize("phrase", ["i do not have a card", "cancel", "stop", "without sugar", "no internet"])
def test_who_denies_what_the_phrase_denies_asks_for_it(phrase):
    assert closest(f"um {phrase} please", [("step", phrase)], 70) == "step"


def test_in_other_languages_sentences_are_compared_as_wholes():
    assert closest("quiero un agente", [("agente", "un agente")], 70, english=False) == "agente"
    assert closest("no quiero hablar con un agente", [("agente", "un agente")], 70, english=False) is None


def test_words_that_differ_in_a_vowel_sign_are_different_words():
    numbers = [("give", normal("\u0926\u0947")), ("two", normal("\u0926\u094b"))]
    assert closest("\u0926\u094b.", numbers, 70, english=False) == "two"
