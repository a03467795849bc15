"""What callers say around a phrase is taken, and what is unlike it is not."""

import tomllib
from pathlib import Path

import pytest

from switchhook_assistant_script.digits import collect_spoken
from switchhook_assistant_script.format import Digits
from switchhook_assistant_script.matching import closest, normal

DATA = Path(__file__).parents[1] / "data"
THRESHOLD = 70.0  # as a script has it that says nothing
WRONG_TAKEN, RIGHT_MISSED = 0.02, 0.05


def lists(table):
    """Each with the phrases it is compared with."""
    for file in sorted(DATA.glob("sayings*.toml")):
        read = tomllib.loads(file.read_text("utf-8"))
        phrases = [(step, normal(phrase)) for step, texts in read["phrases"].items() for phrase in texts]
        if table in read:
            yield phrases, read[table]


def missed(table):
    """Of all that should be taken: what is not, and how many there are."""
    asked = [
        (said, step, closest(said, phrases, THRESHOLD))
        for phrases, sayings in lists(table)
        for step, texts in sayings.items()
        for said in texts
        if step != "none"
    ]
    return [each for each in asked if each[1] != each[2]], len(asked)


def taken(table):
    asked = [
        (said, closest(said, phrases, THRESHOLD))
        for phrases, sayings in lists(table)
        for said in sayings["none"]
    ]
    return [each for each in asked if each[1] is not None], len(asked)


@pytest.mark.parametrize("table", ["tried", "held_out"])
def test_the_lists_are_long_and_a_third_of_them_is_wrong(table):
    (_, right), (_, wrong) = missed(table), taken(table)
    assert (right + wrong >= 200, wrong >= (right + wrong) / 3) == (True, True)


@pytest.mark.parametrize("table", ["tried", "held_out"])
def test_what_is_meant_is_taken(table):
    found, count = missed(table)
    assert len(found) <= RIGHT_MISSED * count, found


@pytest.mark.parametrize("table", ["tried", "held_out"])
def test_what_is_unlike_every_phrase_is_not_taken(table):
    found, count = taken(table)
    assert len(found) <= WRONG_TAKEN * count, found


# --- numbers

NUMBERS = tomllib.loads((DATA / "numbers.toml").read_text("utf-8"))


def collected(slot, said):
    asked = Digits(**NUMBERS["slots"][slot])
    found = collect_spoken(asked, "", said)
    return found.digits if found and found.complete else None


def test_numbers_are_taken_as_people_say_them():
    said = [
        (slot, text, digits)
        for slot, table in NUMBERS["said"].items()
        for digits, texts in table.items()
        for text in texts
    ]
    found = [(each, got) for each in said if (got := collected(each[0], each[1])) != each[2]]
    assert len(found) <= RIGHT_MISSED * len(said), found


def test_what_is_no_number_is_none_within_a_sentence():
    said = [(slot, text) for slot, texts in NUMBERS["none"].items() for text in texts]
    found = [(each, got) for each in said if (got := collected(*each))]
    assert len(found) <= WRONG_TAKEN * len(said), found
