"""What a scenario file says, and what is said of one that is wrong."""

import pytest

from switchhook import SettingsError
from switchhook_scenarios.reading import read

GOOD = """
connector = "bank"

[defaults]
language = "en-US"
variables = { user_name = "Ada", visits = 3, vip = true }
hear_not = "error"

[fixtures.menu]
variables = { user_name = "Bob" }
steps = [
    { hear = "welcome" },
    { say = "my last call", hear = "press or say" },
]

[[scenario]]
name = "balance"
use = "menu"
outcome = "completed"
hear_not = ["sorry"]
steps = [
    { say = "balance", interrupt = "3 words" },
    { keys = "1234", within = "1.5s" },
]

[[scenario]]
name = "hours"
cases = [{ words = "hours", n = 2 }, { words = "when are you open", n = 2 }]
turns = "{n}"
[[scenario.steps]]
say = "{words}"
hear_pattern = "nine \\\\w{2} five"
"""


@pytest.fixture
def cases(tmp_path):
    """Reads a text as a file."""

    def go(text):
        (tmp_path / "bot.toml").write_text(text)
        return read(tmp_path / "bot.toml")

    return go


@pytest.fixture
def wrong(cases):
    """What is said of a text, without the folder; `{}` is where it stands: a scenario with one step."""

    def go(text):
        with pytest.raises(SettingsError) as error:
            cases(text)
        return str(error.value).replace(str(error.value).partition("bot.toml")[0], "")

    return go


def test_a_fixtures_steps_come_first(cases):
    assert [step.say for step in cases(GOOD)[0].steps] == [None, "my last call", "balance", None]


def test_a_mark_of_byte_order_before_the_text_is_no_part_of_it(cases):
    assert len(cases("\ufeff" + GOOD)) == len(cases(GOOD))


def test_what_is_more_particular_wins_and_the_rest_stays(cases):
    assert cases(GOOD)[0].expected.variables == {"user_name": "Bob", "visits": "3", "vip": "true"}


def test_what_must_never_be_heard_is_put_together(cases):
    assert cases(GOOD)[0].expected.hear_not == ["error", "sorry"]


def test_a_row_of_cases_is_a_scenario(cases):
    assert [case.name for case in cases(GOOD)] == [
        "balance",
        "hours [hours, 2]",
        "hours [when are you open, 2]",
    ]


def test_a_value_of_a_row_keeps_its_type(cases):
    assert cases(GOOD)[1].expected.turns == 2


def test_braces_of_a_pattern_stay(cases):
    assert cases(GOOD)[1].steps[0].hear_pattern == [r"nine \w{2} five"]


def test_a_name_may_have_the_rows_values_itself(cases):
    text = '[[scenario]]\nname = "says {w}"\ncases = [{ w = "a" }, { w = "b" }]\nsteps = [{ say = "{w}" }]\n'
    assert [case.name for case in cases(text)] == ["says a", "says b"]


def test_words_to_interrupt_after_are_seconds(cases):
    assert cases(GOOD)[0].steps[2].interrupt == pytest.approx(1.2)


def test_a_step_looks_at_the_answer_to_what_was_done_last(cases):
    text = (
        '[[scenario]]\nname = "x"\nsteps = [{ hear = "a" }, { say = "b" }, { hear = "c" }, { keys = "1" }]\n'
    )
    assert cases(text)[0].acts == (0, 1, 1, 2)


def test_each_step_knows_its_line_even_in_a_fixture(cases):
    assert cases(GOOD)[0].lines == (12, 13, 22, 23)


def test_the_configuration_stands_beside_the_file(cases, tmp_path):
    text = 'config = "../bot/switchhook.toml"\n[[scenario]]\nname = "x"\nsteps = [{ say = "a" }]\n'
    assert cases(text)[0].config == tmp_path / "../bot/switchhook.toml"


def test_lines_of_windows_are_lines(cases):
    assert cases(GOOD.replace("\n", "\r\n"))[0].lines == (12, 13, 22, 23)


HEAD = '[[scenario]]\nname = "x"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps = [\n  { say = 'a', hera = 'b' },\n]", "bot.toml:4: scenario 'x', step 1, hera: unknown key; did you mean 'hear'?"),
        ("step = []", "bot.toml:3: scenario 'x', step: unknown key; did you mean 'steps'?"),
        ("steps = [{ keys = '12x' }]", "bot.toml:3: scenario 'x', step 1, keys: expected keys out of 0-9 * # A-D, got '12x'"),
        ("steps = [{ say = 'a', keys = '1' }]", "bot.toml:3: scenario 'x', step 1: expected one of say, keys, silence, hang_up in a step, got say and keys"),
        ("steps = [{ hear = 'a', interrupt = '1s' }]", "bot.toml:3: scenario 'x', step 1: interrupt: expected say, keys or hang_up in the same step"),
        ("steps = [{ say = 'a', interrupt = 'soon' }]", "bot.toml:3: scenario 'x', step 1, interrupt: expected so many words or seconds, such as '3 words' or '1.5s', got 'soon'"),
        ("steps = [{}]", "bot.toml:3: scenario 'x', step 1: an empty step: say what the caller does, or what is heard"),
        ("steps = [{ hear_pattern = '(' }]", "bot.toml:3: scenario 'x', step 1, hear_pattern.0: not a regular expression: missing ), unterminated subpattern at position 0"),
        ("steps = [{ does = 'EndCal' }]", "bot.toml:3: scenario 'x', step 1, does.0: there is no action 'EndCal'; did you mean 'EndCall'?"),
        ("steps = [{ hear = 3 }]", "bot.toml:3: scenario 'x', step 1, hear: expected list, got 3"),
        ("steps = [{ say = ' ' }]", "bot.toml:3: scenario 'x', step 1, say: expected at least 1 character, got ' '"),
        ("steps = [{ within = 'quick' }]", "bot.toml:3: scenario 'x', step 1, within: expected a length of time such as '14m', '2.5s' or '300ms', got 'quick'"),
        ("outcome = 'fine'\nsteps = [{ say = 'a' }]", "bot.toml:3: scenario 'x', outcome: expected 'completed', 'handed_over', 'hung_up', 'no_input', 'lost', 'failed', 'max_call' or 'stopped', got 'fine'"),
        ("cases = []\nsteps = [{ say = '{word}' }]", "bot.toml:3: scenario 'x', cases: expected at least one row"),
        ("", "bot.toml:1: scenario 'x': no step: say what the caller does, or what is heard"),
        ("use = 'menu'\nsteps = [{ say = 'a' }]\n[fixtures.meny]", "bot.toml:3: scenario 'x', use.0: there is no fixture 'menu'; did you mean 'meny'?"),
        ("cases = [{ word = 'a' }]\nsteps = [{ say = '{words}' }]", "bot.toml:4: scenario 'x', step 1, say: no case has 'words' in this row; did you mean 'word'?"),
        ("steps = [{ say = 'a' }]\n" + HEAD + "steps = [{ say = 'b' }]", "bot.toml:5: scenario 'x', name: there is a scenario 'x' in line 1 already: name it otherwise"),
        ("steps = [{ say = 'a' }]\n[defaults]\nlang = 'x'", "bot.toml:5: defaults.lang: unknown key; did you mean 'language'?"),
        ("steps = [{ say = 'a' }]\n[fixtures.f]\nstep = 1", "bot.toml:5: fixture 'f', step: unknown key; did you mean 'steps'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_line_and_key(wrong, text, said):
    assert wrong(HEAD + text) == said


@pytest.mark.parametrize(
    "text",
    [
        *(f"steps = [{{ {key} = '$?' }}]" for key in ("hear", "hear_exactly", "hear_near", "hear_not")),
        "hear_not = ['\U0001f600']\nsteps = [{ say = '?' }]",
        "caller = { goal = '?', until = '$?' }",
        "caller = { goal = '?', until = 'done', answers = [{ hears = '...', say = 'a' }] }",
    ],
)
def test_what_has_no_words_cannot_be_heard(wrong, text):
    assert ": expected words, got '" in wrong(HEAD + text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = [\n", "bot.toml:2: not valid TOML: Invalid value"),
        ("[[scenario]]\nsteps = [{ say = 'a' }]", "bot.toml:1: scenario 1, name: expected, and not there"),
        ("conector = 'x'\n" + HEAD + "steps = [{ say = 'a' }]", "bot.toml:1: conector: unknown key; did you mean 'connector'?"),
        ("", "bot.toml:1: scenario: expected, and not there"),
        ("scenario = []", "bot.toml:1: scenario: expected at least one [[scenario]]"),
        ("scenario = 1", "bot.toml:1: scenario: expected list, got 1"),
        ("scenario = [1]", "bot.toml:1: scenario 1: expected table, got 1"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_told_apart(wrong, text, said):
    assert wrong(text) == said


def test_all_that_is_wrong_is_said_at_once(wrong):
    assert len(wrong(HEAD + "turns = 0\nsteps = [\n{ say = 1 },\n{ kyes = '1' },\n]").splitlines()) == 3


def test_a_mistake_in_a_table_of_cases_is_said_once(wrong):
    text = HEAD + "cases = [{ w = 'a' }, { w = 'b' }]\nsteps = [{ sya = '{w}' }]"
    assert wrong(text) == "bot.toml:4: scenario 'x', step 1, sya: unknown key; did you mean 'say'?"


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"cannot read .*none.toml: No such file"):
        read(tmp_path / "none.toml")
