"""Digits as callers say and key them."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook_assistant_script.digits import UNITS, Collected, collect_keyed, collect_spoken, spoken_digits
from switchhook_assistant_script.format import Digits

PIN = Digits(length=4)
ACCOUNT = Digits(min=2, max=6)
SPELLINGS = {
    figure: [word for word, digit in UNITS.items() if digit == figure] + [figure] for figure in "0123456789"
}


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("one two three four", "1234"),
        ("One, two, three, four.", "1234"),
        ("Four two four two", "4242"),
        ("oh o zero", "000"),
        ("to too two", "222"),
        ("for four", "44"),
        ("ate eight", "88"),
        ("4242", "4242"),
        ("42 42", "4242"),
        ("double four double oh", "4400"),
        ("triple seven", "777"),
        ("double 4", "44"),
        ("forty two, forty-two", "4242"),
        ("twenty twelve", "2012"),
        ("nineteen eighty", "1980"),
        ("It's one two, and three four please", "1234"),
        ("my PIN is one", "1"),
        ("\u0661\u0662", "12"),
    ],
)
def test_digits_are_understood(said, digits):
    assert spoken_digits(said) == digits


@pytest.mark.parametrize(
    "said",
    [
        "",
        "...",
        "please",
        "agent",
        "one two banana",
        "double",
        "double double four",
        "double twenty",
        "\u00b2",
    ],
)
def test_what_is_no_number_is_not_made_one(said):
    assert spoken_digits(said) is None


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=1, max_size=12), st.data())
def test_any_number_is_understood_however_its_digits_are_named(number, data):
    words = [data.draw(st.sampled_from(SPELLINGS[digit])) for digit in number]
    said = "".join(
        chain.from_iterable((word, data.draw(st.sampled_from([" ", ", ", ". "]))) for word in words)
    )

    assert spoken_digits(said) == number


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_only_figures_come_out(said):
    digits = spoken_digits(said)

    assert digits is None or (digits.isascii() and digits.isdigit())


def test_a_whole_number_that_is_said_is_complete():
    assert collect_spoken(PIN, "", "one two three four") == Collected("1234", complete=True)


def test_a_part_that_is_said_is_held():
    assert collect_spoken(PIN, "", "one two") == Collected("12", complete=False)


def test_the_rest_completes_what_is_held():
    assert collect_spoken(PIN, "12", "three four") == Collected("1234", complete=True)


def test_who_starts_again_is_understood():
    assert collect_spoken(PIN, "12", "one two three four") == Collected("1234", complete=True)


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("treble five", "555"),
        ("one hundred", "100"),
        ("a hundred and five", "105"),
        ("two thousand and five", "2005"),
        ("three thousand two hundred and eleven", "3211"),
        ("five hundred thousand", "500000"),
        ("twelve hundred", "1200"),
        ("nineteen eighty-four", "1984"),
    ],
)
def test_numbers_are_understood_as_people_say_them(said, digits):
    assert spoken_digits(said) == digits


@pytest.mark.parametrize(
    "said",
    [
        "that's 4711",
        "yes 4711",
        "4711 thanks",
        "it was for tax: four seven one one",
        "no sorry 4712, I mean 4711",
    ],
)
def test_a_number_within_a_sentence_is_taken(said):
    assert collect_spoken(PIN, "", said) == Collected("4711", complete=True)


@pytest.mark.parametrize(
    "said", ["I want to go for it", "I have one question", "won the race", "two friends"]
)
def test_words_that_are_or_sound_like_digits_are_no_number_within_a_sentence(said):
    assert collect_spoken(PIN, "", said) is None


@pytest.mark.parametrize(
    ("held", "said"), [("", "one two three four five"), ("12", "three four five"), ("", "agent")]
)
def test_too_many_digits_or_other_words_are_no_answer(held, said):
    assert collect_spoken(PIN, held, said) is None


def test_keys_are_held_until_there_are_enough():
    assert collect_keyed(PIN, "12", "3") == Collected("123", complete=False)


def test_the_last_key_completes_the_number():
    assert collect_keyed(PIN, "123", "4") == Collected("1234", complete=True)


def test_a_number_of_open_length_waits_for_more_keys():
    assert collect_keyed(ACCOUNT, "12", "3") == Collected("123", complete=False)


def test_the_pound_key_ends_a_number_of_open_length():
    assert collect_keyed(ACCOUNT, "123", "#") == Collected("123", complete=True)


@pytest.mark.parametrize("keys", ["#", "*", "A", "12345", "1#2", "one"])
def test_other_keys_are_no_answer(keys):
    assert collect_keyed(PIN, "1", keys) is None


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=4, max_size=4))
def test_a_number_keyed_one_by_one_is_complete_at_its_last_digit(number):
    held = ""
    for key in number:
        held, complete = collect_keyed(PIN, held, key)

    assert (held, complete) == (number, True)
