"""Cutting a text into pieces that are soon made."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_embedded.pieces import FIRST, MOST, effort, spoken_pieces, without_rulers

TEXTS = st.text(max_size=600) | st.text("ab1$/\u0301\u200d\U0001f600漢。、,;.!? \n\"'", max_size=900)


def spent(piece):
    return sum(map(effort, piece))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("no end", ["no end"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("Dr. Lee and Mrs. Poe are in.", ["Dr. Lee and Mrs. Poe are in."]),
        ("Ask J. Lee.", ["Ask J. Lee."]),
        ("Fees, e.g. for cards, approx. 5 percent.", ["Fees, e.g. for cards, approx. 5 percent."]),
        ("Take bus No. 5. No. I walk.", ["Take bus No. 5.", "No.", "I walk."]),
        ("It costs 2.50 today.", ["It costs 2.50 today."]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("plan b.\nplan c.\r\nplan d", ["plan b.", "plan c.", "plan d"]),
        ("番号です。よろしい\uff1f「はい。」と", ["番号です。", "よろしい\uff1f", "「はい。」", "と"]),
        ("هل أنت هنا؟ نعم", ["هل أنت هنا؟", "نعم"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_cut_where_sentences_end(text, parts):
    assert spoken_pieces(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one two, three four", ["one two,", "three four"]),
        ("one; two three: four", ["one;", "two three:", "four"]),
        ("one two three four five", ["one two three", "four five"]),
        ("one, two three fours", ["one,", "two three", "fours"]),
        ("abcdefghijklmnopqrstuvwxyz", ["abcdefghijklmn", "opqrstuvwxyz"]),
        ("abcdefg/hijklmnopqrst", ["abcdefg/", "hijklmnopqrst"]),
        ("漢字漢、字漢字漢", ["漢字漢、", "字漢字漢"]),
        ("one, two. three, four", ["one, two.", "three, four"]),
        ("abcdefg, 1,1 ab", ["abcdefg,", "1,1 ab"]),
        ("abcdefghij-$1.11", ["abcdefghij-", "$1.11"]),
    ],
)
def test_a_long_sentence_is_cut_at_its_clauses_else_words_else_parts_of_a_word(text, parts):
    plain = {True: 1, False: 3}

    assert spoken_pieces(text, 14, 14, lambda character: plain[character.isascii()]) == parts


def test_the_first_piece_is_shorter_than_the_others():
    first, second, *_ = spoken_pieces("word " * 100)

    assert len(first) <= FIRST < len(second) <= MOST


def test_a_usual_sentence_is_one_piece_wherever_it_stands():
    usual = "Please enter your personal identification number, followed by the pound key."

    assert spoken_pieces(f"{usual} {usual}") == [usual, usual]


def test_digits_and_signs_weigh_what_they_are_spoken_as():
    assert (
        max(map(len, spoken_pieces("7" * 300)))
        == MOST // effort("7")
        < max(map(len, spoken_pieces("a" * 300)))
    )


def test_an_accented_word_is_cut_before_pico_would_never_come_back_from_it():
    assert max(len(piece.encode()) for piece in spoken_pieces("é" * 5000)) < 256


@pytest.mark.parametrize("cluster", ["e\u0301", "\U0001f469\u200d\U0001f680", "\U0001f44d\U0001f3fd\ufe0f"])
def test_what_is_one_character_for_a_reader_is_not_cut(cluster):
    for piece in spoken_pieces(cluster * 500):
        assert category(piece[0])[0] != "M"
        assert "\u200d" not in (piece[0], piece[-1])


@given(TEXTS)
def test_no_letter_is_lost_with_the_rulers(text):
    def letters(any_text):
        return [character for character in any_text if character.isalnum()]

    assert letters(without_rulers(text)) == letters(text)


@given(TEXTS)
def test_nothing_of_a_text_is_lost_but_white_space(text):
    assert "".join("".join(spoken_pieces(text)).split()) == "".join(text.split())


@given(TEXTS, st.integers(8, 60), st.integers(8, 60))
def test_no_piece_takes_more_effort_than_is_allowed(text, most, first):
    pieces = spoken_pieces(text, most, first)

    assert all(spent(piece) <= limit for piece, limit in zip(pieces[:1], [first], strict=False))
    assert all(spent(piece) <= max(most, first) for piece in pieces)
    assert all(spent(piece) <= most for piece in pieces[1:])


@given(TEXTS)
def test_a_piece_is_no_longer_in_bytes_than_its_effort(text):
    assert all(len(piece.encode(errors="surrogatepass")) <= MOST for piece in spoken_pieces(text))


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        ".",
        ". ",
        "\n",
        ' "',
        '."',
        ".\n ",
        ", ",
        " ",
        "\u0301",
        "\u200d",
        "\ud800",
        "漢",
        "。 ",
        "/",
        "- ",
    ],
)
def test_each_character_is_weighed_once_whatever_the_text(unit):
    """And a search that looked at a run again from each of its characters would take minutes here."""
    text, weighed = "." + unit * 100_000, []

    spoken_pieces(text, cost=lambda character: weighed.append(character) or effort(character))
    assert len(weighed) == len(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("=" * 500 + " Total", "=== Total"),
        ("Really?! Yes...", "Really?! Yes..."),
        ("It costs ...$5, or -----5", "It costs ...$5, or ----5"),
        ("See https://example.com", "See https://example.com"),
        ('He said "no!".', 'He said "no!".'),
        ("| - | - |", "| - | - |"),
    ],
)
def test_what_is_drawn_is_not_said(text, said):
    assert without_rulers(text) == said
