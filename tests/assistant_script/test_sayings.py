"""What callers say around a phrase is taken, and what is unlike it is not."""

import tomllib
from pathlib import Path

from switchhook_assistant_script.matching import closest, normal

SAYINGS = tomllib.loads((Path(__file__).parents[1] / "data/sayings.toml").read_text())
PHRASES = [(step, normal(phrase)) for step, phrases in SAYINGS["phrases"].items() for phrase in phrases]
THRESHOLD = 70.0  # as a script has it that says nothing
LISTS = ("tried", "held_out")
WRONG_TAKEN, RIGHT_MISSED = 0.02, 0.05


def missed(sayings):
    return [
        (said, step, found)
        for step, texts in sayings.items()
        for said in texts
        if step != "none" and (found := closest(said, PHRASES, THRESHOLD)) != step
    ]


def taken(sayings):
    return [(said, found) for said in sayings["none"] if (found := closest(said, PHRASES, THRESHOLD))]


def count(sayings):
    wrong = len(sayings["none"])
    return sum(map(len, sayings.values())) - wrong, wrong


def test_the_list_is_long_and_a_third_of_it_is_wrong():
    right, wrong = count(SAYINGS["tried"])
    assert (right + wrong >= 200, wrong >= (right + wrong) / 3) == (True, True)


def test_what_is_meant_is_taken():
    found = [each for which in LISTS for each in missed(SAYINGS[which])]
    assert len(found) <= RIGHT_MISSED * sum(count(SAYINGS[which])[0] for which in LISTS), found


def test_what_is_unlike_every_phrase_is_not_taken():
    found = [each for which in LISTS for each in taken(SAYINGS[which])]
    assert len(found) <= WRONG_TAKEN * sum(count(SAYINGS[which])[1] for which in LISTS), found
