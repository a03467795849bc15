"""What a caller does by text, and what is seen of the bot."""

import json
from pathlib import Path

import pytest

from switchhook import PlacedCall
from switchhook_scenarios.form import Common, Step
from switchhook_scenarios.judging import judged
from switchhook_scenarios.reading import Case

VARIABLES = '[defaults]\nvariables = { name = "Ada" }'
GREETING = '"Hello, this is the shop. Ask for hours, a parcel or an agent, I have all the time in the world."'
OPEN = '"We are open from nine to five."'


@pytest.mark.parametrize(
    "steps",
    [
        '{ hear = "this is the shop" }',
        '{ say = "hours", hear = "open, from NINE" }',
        '{ say = "hours", hear = ["open", "five"] }',
        '{ say = "hours", hear_exactly = "we are open from nine to five" }',
        '{ say = "hours", hear_near = "we are closed from nine to five" }',
        '{ say = "hours", hear_pattern = "nine (to|until) five" }',
        '{ say = "hours", hear_not = "closed" }',
        '{ say = "hours", does = "Say", sets = { topic = "hours" } }',
        '{ say = "hours", within = "1s" }',
        '{ say = "hours" }, { hear = "open" }, { hear = "nine" }',
        '{ keys = "9", hear = "did not understand" }',
        '{ say = "parcel", does = "CollectDigits" }, { keys = "123", hear = "today", sets = { number = "123" } }',
        '{ silence = true, hear = "still there" }, { say = "hours", hear = "open" }',
        '{ say = "hours", interrupt = "3 words", hear = "open" }',
    ],
)
def test_what_is_as_expected_is_no_miss(misses, steps):
    assert misses(steps) == []


@pytest.mark.parametrize(
    ("steps", "miss"),
    [
        ('{ say = "hours", hear = "ten" }', ("hear", '"ten"', OPEN)),
        ('{ say = "hours", hear = "nine five" }', ("hear", '"nine five"', OPEN)),
        ('{ say = "hours", hear = "pen" }', ("hear", '"pen"', OPEN)),
        ('{ say = "hours", hear_exactly = "we are open" }', ("hear_exactly", '"we are open"', OPEN)),
        ('{ say = "hours", hear_near = "come at nine to five" }', ("hear_near", '"come at nine to five"', OPEN)),
        ('{ say = "hours", hear_pattern = "^open" }', ("hear_pattern", '"^open"', OPEN)),
        ('{ say = "hours", hear_not = "nine" }', ("hear_not", '"nine"', OPEN)),
        ('{ say = "hours", does = "EndCall" }', ("does", "EndCall", "Say")),
        ('{ say = "hours", sets = { topic = "price" } }', ("sets topic", "'price'", "'hours'")),
        ('{ say = "hours", sets = { price = 3 } }', ("sets price", "3", "not set")),
        ('{ hear = "good morning" }', ("hear", '"good morning"', GREETING)),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_said_beside_what_was_heard(misses, steps, miss):
    assert misses(steps) == [miss]


@pytest.mark.parametrize(
    ("more", "miss"),
    [
        ('outcome = "hung_up"', ("outcome", "hung_up", "completed")),
        ('outputs = { topic = "price" }', ("outputs topic", "'price'", "'hours'")),
        ("outputs = { price = 3 }", ("outputs price", "'3'", "not given back")),
        ('outputs_not = "topic"', ("outputs_not", "no topic", "given back")),
        ("turns = 4", ("turns", "4", "3")),
        ("turns_at_most = 1", ("turns_at_most", "1", "3")),
        ('hear_not = "nine to five"', ("hear_not", '"nine to five"', OPEN)),
    ],
)  # fmt: skip
def test_of_the_call_as_a_whole_too(misses, more, miss):
    assert misses('{ say = "hours" }, { say = "agent" }', f"[defaults]\n{more}") == [miss]


def test_a_caller_who_stays_silent_is_given_back_as_such(shop, misses):
    config = shop / "switchhook.toml"
    config.write_text(config.read_text() + "max_silences = 1\n")
    steps = '{ silence = true, hear = "still there" }, { silence = true }'
    assert misses(steps, '[defaults]\noutcome = "no_input"') == []


def test_a_bot_that_does_not_notice_a_silent_caller_is_told(shop, misses):
    config = shop / "switchhook.toml"
    config.write_text(config.read_text() + 'post_response_timeout = "5m"\n')
    assert misses("{ silence = true }") == [("silence", "that the bot notices a silent caller", "nothing")]


def test_input_variables_are_the_flows(misses):
    assert misses('{ hear = "hello Ada" }', VARIABLES) == []


def test_a_caller_who_hangs_up_hears_no_more(misses):
    assert misses('{ hang_up = true, interrupt = "1s" }', '[defaults]\noutcome = "hung_up"\nturns = 1') == []


def test_a_call_that_ends_too_early_says_what_was_still_to_come(misses):
    expected = 'that the caller still says "hours"'
    steps = '{ say = "agent" }, { say = "hours", hear = "nine" }, { say = "parcel" }'
    assert misses(steps) == [("say", expected, "it ended: completed")]


def test_who_interrupts_cuts_the_bot_off(attempt):
    """The greeting alone has twenty words and more."""
    text = '[[scenario]]\nname = "x"\nsteps = [{ hang_up = true, interrupt = "3 words" }]\n'
    _, printed = attempt(text, "--json")
    assert json.loads(printed.out)["scenarios"][0]["seconds"] == pytest.approx(3 * 0.4, abs=0.3)


def test_an_assistant_that_takes_long_is_waited_for(shop, misses):
    (shop / "slow.py").write_text(
        "import anyio\nfrom switchhook import Say, hookimpl\n\n"
        "@hookimpl\ndef handle_text(response, call):\n"
        "    if 'nine' not in response.text:\n        return None\n"
        "    async def later():\n        await anyio.sleep(4)\n        yield Say('At last.')\n"
        "    return later()\n"
    )
    config = shop / "switchhook.toml"
    config.write_text(config.read_text() + '[plugins]\npath = "."\n')
    assert misses('{ say = "hours", hear_exactly = "One moment, please. At last." }') == []


@pytest.mark.parametrize(
    ("wanted", "ending", "keys"),
    [
        (None, "failed", ["outcome"]),
        (None, "hung_up", []),
        ("failed", "failed", []),
        ("failed", "lost", ["outcome"]),
    ],
)
def test_a_call_that_fails_is_otherwise_unless_that_is_expected(wanted, ending, keys):
    expected = Common(outcome=wanted) if wanted else Common()
    case = Case(Path("x.toml"), 1, "x", (Step(hear_not=["sorry"]),), (1,), expected, acts=(0,))
    assert [miss.key for miss in judged(case, PlacedCall(ending)).misses] == keys
