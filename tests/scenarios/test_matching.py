"""Whether words are in what was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_scenarios import matching

TEXTS = st.lists(
    st.sampled_from(["we", "are", "open", "from", "nine", "to", "five", "it's", "über", "24"]),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("Nine, to five!", "from nine to\nfive."),
        ("it's", "IT\u2019S"),
        ("営業時間", "本日の営業時間は九時です"),
        ("24", "24/7"),
        ("open", "'open'"),
        ("cafe\u0301", "a caf\u00e9"),
    ],
)
def test_case_and_punctuation_never_count(expected, said):
    assert matching.has(expected, said)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        *(("pen", "open"), ("five nine", "nine five"), ("to", "")),
        ("\u0926\u094b", "\u0926\u0947"),  # Hindi: two, give
    ],
)
def test_words_are_whole_and_in_their_order(expected, said):
    assert not matching.has(expected, said)


@given(TEXTS, TEXTS, TEXTS)
def test_what_was_said_among_other_things_was_said(before, text, after):
    assert matching.has(" ".join(text), " ".join([*before, *text, *after]))
    assert matching.near(" ".join(text), " ".join([*before, *text, *after]))


@given(TEXTS, TEXTS)
def test_what_was_heard_otherwise_is_nothing_for_the_same_words_alone(said, heard):
    assert (list(matching.otherwise(" ".join(said), " ".join(heard))) == []) == (said == heard)


@pytest.mark.parametrize(
    ("said", "heard", "words"),
    [
        ("my balance please", "my ballots please", [("balance", "ballots")]),
        ("my balance", "balance", [("my", "")]),
        ("balance", "the balance", [("", "the")]),
    ],
)
def test_the_words_that_were_heard_otherwise(said, heard, words):
    assert list(matching.otherwise(said, heard)) == words


def test_four_of_five_words_are_near():
    assert matching.near("we are open at nine", "we are closed at nine")
    assert not matching.near("we are open at nine", "we were closed at nine")
