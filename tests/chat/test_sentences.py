"""Pieces of a text become sentences."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_chat.sentences import Sentences

TEXTS = st.lists(
    st.sampled_from(
        ["Hello", ". ", "! ", " ", "\n", "Dr. ", "3.5", "你好", "。", "No. ", "5", '."', " <b>", "…"]
    ),
    max_size=40,
).map("".join)


def spoken(pieces, longest=10_000, *, cut=False):
    sentences = Sentences(longest)
    made = [sentence for piece in pieces for sentence in sentences.feed(piece)]
    return made + list(sentences.finish(cut=cut))


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["Hel", "lo. ", "How", " are you", "?"], ["Hello.", "How are you?"]),
        (["It costs 3.", "50 euros. Is", " that fine"], ["It costs 3.50 euros.", "Is that fine"]),
        (["Dr. ", "Lee is in. Good"], ["Dr. Lee is in.", "Good"]),
        (["你好。", "再见。"], ["你好。", "再见。"]),
        (["  \n", " "], []),
        ([""], []),
    ],
)
def test_a_sentence_is_whole(pieces, said):
    assert spoken(pieces) == said


def test_a_sentence_comes_with_the_first_sign_of_the_next():
    sentences = Sentences(100)
    assert list(sentences.feed("Hello. ")) == []
    assert list(sentences.feed("W")) == ["Hello."]


@given(TEXTS, st.lists(st.integers(0, 200)))
def test_it_does_not_matter_how_a_text_is_cut(text, places):
    ends = [0, *sorted(min(each, len(text)) for each in places), len(text)]
    assert spoken([text[a:b] for a, b in itertools.pairwise(ends)]) == spoken([text])


@given(TEXTS)
def test_nothing_is_lost(text):
    assert "".join("".join(spoken(text)).split()) == "".join(text.split())


def test_a_text_without_sentences_is_cut_at_spaces():
    said = spoken(["word "] * 1000, 3000)
    assert all(len(each) <= 400 for each in said)
    assert set(" ".join(said).split()) == {"word"}


def test_a_text_without_spaces_is_cut_too():
    assert max(map(len, spoken("x" * 3000))) <= 400


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_what_a_model_thinks_is_not_said(step):
    text = "\n<think>The caller wants. A balance.</think>\n\nTen euros. Fine?"
    assert spoken(text[at : at + step] for at in range(0, len(text), step)) == ["Ten euros.", "Fine?"]


def test_who_only_thinks_says_nothing():
    assert spoken(["<thi", "nk>", "Hm. Hm. " * 100]) == []


def test_a_sign_that_begins_like_a_thought_is_said():
    assert spoken(["<", "3 you."]) == ["<3 you."]


def test_what_passes_the_bound_is_not_said():
    sentences = Sentences(20)
    assert list(sentences.feed("One is here. Two is there. Three. ")) == ["One is here."]
    assert sentences.full


def test_a_first_sentence_beyond_the_bound_is_cut_at_a_word():
    assert spoken(["one two three four. five"], 10) == ["one two"]


@given(st.text("a .\n", max_size=1500), st.integers(1, 500))
def test_it_does_not_matter_how_a_long_text_is_cut(text, step):
    assert spoken(text[at : at + step] for at in range(0, len(text), step)) == spoken([text])


def test_thoughts_without_number_are_passed_over():
    made = Sentences(100)
    assert [*made.feed("<think>a</think> " * 20_000 + "Yes. "), *made.finish()] == ["Yes."]
