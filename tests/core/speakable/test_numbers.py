"""Numbers that are names, wherever they stand and in whatever script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.speakable.words import for_voice


def said(text):
    (spoken,) = for_voice(text).parts
    return spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("911, 0800 33 66 99", "911, 0 8 0 0, 3 3, 6 6, 9 9"),
        ("1-800-555-0145, 030/1234567", "1, 8 0 0, 5 5 5, 0 1 4 5, 0 3 0, 1 2 3 4 5 6 7"),
        ("Rooms 12, 0815 and 0017.", "Rooms 12, 0 8 1 5 and 0 0 1 7."),
        ("At 10:30, 1234567 is called.", "At 10:30, 1 2 3 4 5 6 7 is called."),
    ],
)
def test_each_number_of_a_list_is_said_digit_by_digit(text, spoken):
    assert said(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Thanks. 0017 is your PIN.", "Thanks. 0 0 1 7 is your PIN."),
        ("Tel. 030/1234567", "Tel. 0 3 0, 1 2 3 4 5 6 7"),
        ("Nr. 0815", "Nr. 0 8 1 5"),
    ],
)
def test_a_number_behind_a_full_stop_is_said_digit_by_digit(text, spoken):
    assert said(text) == spoken


@pytest.mark.parametrize("text", ["Rs. 1234567", "kr. 1234567", "EUR. 1234567", "5,1234567", ".1234567"])
def test_an_amount_behind_its_currency_or_its_point_stays(text):
    assert said(text) == text


SCRIPTS = {"Arabic": 0x660, "Persian": 0x6F0, "Devanagari": 0x966, "Thai": 0xE50, "full width": 0xFF10}


def written(text, script):
    """The text with the digits of that script."""
    return text.translate({ord("0") + number: SCRIPTS[script] + number for number in range(10)})


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(
    "text", ["PIN 0017", "Order 3105550188.", "+44 20 7946 0958", "On 30/11/2026", "1500000 people"]
)
def test_the_digits_of_other_scripts_are_said_as_ours(text, script):
    assert said(written(text, script)) == written(said(text), script)


@pytest.mark.parametrize("text", ["(+49) 30 123456", "(+49)30-123456", "+49 (30) 123456"])
def test_brackets_of_a_telephone_number_are_not_said(text):
    assert said(f"Call {text} now") == "Call +4 9, 3 0, 1 2 3 4 5 6 now"


def test_a_wide_hyphen_is_a_hyphen():
    assert said("021\uff0d12345678") == "0 2 1, 1 2 3 4 5 6 7 8"


SIGNS = st.sampled_from([*"-/. +(", ") ", ", ", "$", " kr"])
DIGITS = st.integers(1, 6_000).map(lambda length: "1203" * (length // 4 + 1))


@given(
    st.lists(DIGITS | SIGNS | st.text("0123456789\u0660\u0661\uff19", max_size=6), max_size=8).map("".join)
)
def test_no_number_is_too_long_to_be_said(text):
    digits = [each for part in for_voice(text).parts for each in str(part) if each.isdecimal()]
    assert digits == [each for each in text if each.isdecimal()]
