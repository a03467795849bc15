"""Scripts from files, and what is said when one is wrong."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import SettingsError
from switchhook_assistant_script.loading import load, parse

END = """\
{
  "generic": [
    {
      "response_type": "text",
      "values": [
        {
          "text": "You have ended the call."
        }
      ]
    },
    {
      "response_type": "end_session"
    }
  ]
}
"""
MENU = """\
[steps.greeting]
responses = ["Hello."]

[steps.balance]
phrases = ["balance"]
responses = ["Zero."]
"""


def fault(text):
    """The only complaint about a text."""
    with pytest.raises(SettingsError) as caught:
        parse(text, "bank.toml")
    return str(caught.value)


def items(body):
    return parse(f"[steps.greeting]\n{body}", "bank.toml").steps["greeting"].items


def test_a_string_is_a_text_response():
    assert items('responses = ["Hello."]') == [{"response_type": "text", "text": "Hello."}]


def test_a_table_is_the_response_itself():
    assert items('responses = [{ response_type = "user_defined", user_defined = { a = [1] } }]') == [
        {"response_type": "user_defined", "user_defined": {"a": [1]}}
    ]


def test_the_end_of_a_session_as_ibms_page_shows_it_can_be_pasted():
    assert items(f"json = '''\n{END}'''") == json.loads(END)["generic"]


@pytest.mark.parametrize(
    "pack", [lambda x: {"output": x}, lambda x: x, lambda x: x["generic"], lambda x: x["generic"][1]]
)
def test_json_may_be_a_whole_reply_or_a_part_of_it(pack):
    given = json.dumps(
        pack({"generic": [{"response_type": "text", "text": "Hi."}, {"response_type": "end_session"}]})
    )

    assert items(f"json = '{given}'")[-1] == {"response_type": "end_session"}


def test_responses_come_before_json():
    kinds = [item["response_type"] for item in items(f"responses = ['Hi.']\njson = '''{END}'''")]

    assert kinds == ["text", "text", "end_session"]


def test_a_type_that_a_plugin_may_know_is_accepted():
    assert items('responses = [{ response_type = "record", beep = true }]')[0]["beep"] is True


def test_expressions_may_stand_in_a_list_or_one_on_each_line():
    one, two = (f'${{system_integrations.genesys_audio_connector.{name}}} = "x"' for name in "ab")

    as_list = parse(f"[steps.a]\nset = ['{one}', '{two}']", "bank.toml").steps["a"].assignments
    as_text = parse(f"[steps.a]\nset = '''\n{one}\n\n{two}\n'''", "bank.toml").steps["a"].assignments

    assert as_list == as_text
    assert [each.name for each in as_list] == ["a", "b"]


VARIABLE = "${system_integrations.genesys_audio_connector.NAME}"
LENGTH = "expected either length, or min and max"


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "1: steps", "expected this key, but it is missing"),
        ("[steps]\n", "1: steps", "expected at least one, got {}"),
        ("threshold = 70\nsteps = 5", "2: steps", "expected a table, got 5"),
        ("threshold = 101\n[steps.a]", "1: threshold", "expected less than or equal to 100, got 101"),
        (MENU + "[steps.c]", "7: steps.c", "nothing leads here; give it phrases or digits"),
    ],
)
def test_a_wrong_script_is_refused_with_file_line_and_key(text, place, problem):
    assert fault(text) == f"bank.toml:{place}: {problem}"


@pytest.mark.parametrize(
    ("body", "place", "problem"),
    [
        ("\nphrases = 'x'", "3: steps.a.phrases", "expected a list, got 'x'"),
        ("phrases = [\n'x',\n7]", "4: steps.a.phrases.1", "expected a string, got 7"),
        ("phrases = ['?!']", "2: steps.a.phrases.0", "expected words, got '?!'"),
        ("digits = {}", "2: steps.a.digits", LENGTH),
        ("digits = { length = 4, min = 2 }", "2: steps.a.digits", LENGTH),
        ("digits = { min = 5, max = 4 }", "2: steps.a.digits", "expected min to be at most max, got 5 and 4"),
        (
            "digits = { length = 4, variable = 'a b' }",
            "2: steps.a.digits.variable",
            "expected a name without spaces and braces, got 'a b'",
        ),
        ("set = ['x']", "2: steps.a.set.0", f"expected {VARIABLE} = \"VALUE\", got 'x'"),
        ("set = [7]", "2: steps.a.set.0", "expected an expression, got 7"),
        ("set = 7", "2: steps.a.set", "expected a list, got 7"),
        ("responses = [\n7]", "3: steps.a.responses.0", "expected a table, got 7"),
        (
            "responses = ['${x}']",
            "2: steps.a.responses.0",
            f"expected a variable such as {VARIABLE}, got '${{x}}'",
        ),
        ("json = '7'", "2: steps.a.json", "expected a list, got 7"),
        ("next = [\n'b']", "3: steps.a.next.0", "no step 'b'; steps: a"),
        (
            "delay = '2 weeks'",
            "2: steps.a.delay",
            "expected a length of time such as '14m', '2.5s' or '300ms', got '2 weeks'",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(body, place, problem):
    assert fault(f"[steps.a]\n{body}") == f"bank.toml:{place}: {problem}"


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("[steps.a]\nphrase = ['x']", "2: steps.a.phrase", "did you mean 'phrases'?"),
        ("[steps.a]\ndigits.lenght = 4", "2: steps.a.digits.lenght", "did you mean 'length'?"),
        ("[fallback]\nresponse = ['x']\n[steps.a]", "2: fallback.response", "did you mean 'responses'?"),
        ("treshold = 7\n[steps.a]", "1: treshold", "did you mean 'threshold'?"),
        (
            "[steps.a.no_input]\nnext = []",
            "2: steps.a.no_input.next",
            "known keys: delay, json, post_response_timeout, responses, set",
        ),
    ],
)
def test_an_unknown_key_suggests_the_nearest(text, place, hint):
    assert fault(text) == f"bank.toml:{place}: unknown key; {hint}"


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("text = 'x'", 'expected a response_type, such as "text"'),
        ("response_type = 'txt'", "unknown response_type 'txt'; did you mean 'text'?"),
        ("response_type = 'text'\ntext = ['x']", "text: expected a valid string"),
        ("response_type = 'end_session'\nchannels = 'all'", "channels: expected a valid list"),
    ],
)
def test_a_wrong_response_is_refused_with_its_line(item, problem):
    before = "[steps.a]\n[[steps.a.responses]]\nresponse_type = 'text'\n"

    assert fault(f"{before}[[steps.a.responses]]\n{item}") == f"bank.toml:4: steps.a.responses.1: {problem}"


def test_json_that_is_wrong_is_refused_with_its_place():
    assert fault("[steps.a]\njson = '{'").startswith(
        "bank.toml:2: steps.a.json: not valid JSON: Expecting property"
    )


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("blance", "no step 'blance'; did you mean 'balance'?"),
        ("greeting", "step 'greeting' has neither phrases nor digits"),
    ],
)
def test_next_must_name_steps_that_can_be_reached(wanted, problem):
    assert fault(f"{MENU}next = ['{wanted}']") == f"bank.toml:7: steps.balance.next.0: {problem}"


@pytest.mark.parametrize(
    "text",
    [
        MENU + "[steps.c]\ndigits.length = 4",
        "[steps.greeting]\nnext = []\n[steps.c]\nnext = []\nphrases = ['x']",
    ],
    ids=["digits", "phrases"],
)
def test_a_step_that_no_other_leads_to_is_refused(text):
    assert "steps.c: nothing leads here; name it in the next of step 'greeting' or another" in fault(text)


def test_every_problem_has_its_line():
    assert fault("[steps.a]\nphrases = [1]\ndelay = -1\n").splitlines() == [
        "bank.toml:3: steps.a.delay: expected greater than or equal to 0, got -1",
        "bank.toml:2: steps.a.phrases.0: expected a string, got 1",
    ]


def test_a_step_that_is_there_twice_is_refused_with_its_line():
    assert fault(MENU + "[steps.balance]").startswith("bank.toml:7: not valid TOML: Cannot declare")


def test_text_that_is_no_toml_is_refused_with_its_line():
    assert fault("[steps.a]\nresponses ['x']").startswith("bank.toml:2: not valid TOML: ")


def test_text_that_ends_too_early_is_refused():
    assert fault("[steps.a").startswith("bank.toml: not valid TOML: ")


def test_a_mark_of_byte_order_before_the_text_is_no_part_of_it(tmp_path):
    (tmp_path / "bank.toml").write_text("\ufeff" + MENU, encoding="utf-8")
    assert list(load(tmp_path / "bank.toml").steps) == ["greeting", "balance"]


def test_a_file_is_named_as_it_was_found(tmp_path):
    file = tmp_path / "bank.toml"
    file.write_text("[steps.a]\nnxt = []\n", encoding="utf-8")

    with pytest.raises(SettingsError, match=f"^{file}:2: steps.a.nxt: unknown key; did you mean 'next'"):
        load(file)


@pytest.mark.parametrize(
    ("prepare", "cause"),
    [
        (lambda file: None, "No such file or directory"),
        (lambda file: file.mkdir(), "Is a directory"),
        (lambda file: file.write_bytes(b"a\xff"), "not UTF-8 at byte 1"),
    ],
    ids=["missing", "directory", "bytes"],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path, prepare, cause):
    file = tmp_path / "bank.toml"
    prepare(file)

    with pytest.raises(SettingsError) as caught:
        load(file)
    assert str(caught.value) == f"cannot read the script {file}: {cause}"


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=80)
    | st.sampled_from(MENU.splitlines()).flatmap(lambda line: st.just(MENU.replace(line, "x")))
)
def test_any_text_is_a_script_or_a_settings_error(text):
    try:
        script = parse(text, "bank.toml")
    except SettingsError:
        return
    assert script.steps
