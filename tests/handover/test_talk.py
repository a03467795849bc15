"""What a person who takes a call over reads of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import Turn
from switchhook_handover.talk import Line, Talk, fitted

LINES = st.lists(st.builds(Line, st.sampled_from(["caller", "bot"]), st.text(max_size=40), st.integers(1, 9)))


def talk(*events, digits=False):
    """Turns, and texts of the bot."""
    made = Talk()
    for event in events:
        made.said(event) if isinstance(event, str) else made.began(event, digits=digits)
    return made


def told(made, turns=9):
    return [(line.who, line.text) for line in made.told(turns)]


def test_the_last_turns_are_told_in_order():
    made = talk(Turn(1, "start"), "Hello.", Turn(2, "speech", "my bill"), "Which?", Turn(3, "speech", "May"))
    assert told(made, 2) == [("caller", "my bill"), ("bot", "Which?"), ("caller", "May")]


def test_of_what_was_interrupted_that_is_told_which_was_heard():
    stop = Turn(2, "speech", "stop", barged_in=True, heard="Your balance")
    made = talk(Turn(1, "start"), "Your balance is ten euros.", "And five cents.", stop)
    assert told(made) == [("bot", "Your balance …"), ("caller", "stop")]


def test_markup_is_not_read_to_anybody():
    assert told(talk('<speak>Hello <break time="1s"/>you.</speak>')) == [("bot", "Hello you.")]


@pytest.mark.parametrize(("digits", "shown"), [(False, "•••"), (True, "12")])
def test_keys_are_told_where_the_connector_says_so(digits, shown):
    assert told(talk(Turn(1, "digits", "12"), digits=digits)) == [("caller", shown)]


@pytest.mark.parametrize("kind", ["digits", "speech"])
def test_what_was_given_in_confidence_is_never_told_whoever_repeats_it(kind):
    secret = Turn(1, kind, "4711", sensitive=True)
    made = talk(secret, "You said 4 7 1 1.", Turn(2, "speech", "yes, 47-11"), digits=True)
    assert told(made) == [("caller", "•••"), ("bot", "You said ••••."), ("caller", "yes, ••••")]
    assert made.clean("The PIN is 4711") == "The PIN is ••••"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("it is 4111 1111 1111 1111", "it is •••"),
        ("4111-1111-1111-1111, yes", "•••, yes"),
        ("378282246310005", "•••"),
        ("order 4111111111111112", "order 4111111111111112"),
        ("call 030 1234567", "call 030 1234567"),
    ],
)
def test_numbers_of_cards_are_never_told(said, shown):
    assert told(talk(Turn(1, "speech", said))) == [("caller", shown)]


@given(LINES, st.integers(0, 300))
def test_as_one_text_it_has_the_newest_that_fit(lines, room):
    text = fitted(lines, room)
    assert len(text.encode()) <= room
    written = [f"{line.who}: {' '.join(line.text.split())}" for line in lines]
    assert not text or "\n".join(written).endswith(text)


def test_a_talk_that_is_long_keeps_its_end():
    made = talk(*(Turn(number, "speech", f"{number}") for number in range(1, 1_000)))
    assert len(made.told(10_000)) == 200
    assert made.told(1)[0].text == "999"
