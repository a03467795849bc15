"""Session variables in texts and expressions."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook_assistant_script.variables import (
    TAG,
    Assignment,
    check_references,
    evaluate,
    fill,
    parse_assignment,
)

USER = "${system_integrations.genesys_audio_connector.user_id}"
HOSTILE = st.text("<>&\"'/ab !-=[]${}\0\ud800", max_size=30) | st.text(max_size=20)


def filled(template, **variables):
    return fill(template, variables, unset=no_warning)


def no_warning(name):
    raise AssertionError(f"{name} is set")


def test_a_variable_is_inserted():
    assert filled(f"Hello {USER}.", user_id="42") == "Hello 42."


def test_spaces_in_the_braces_do_not_matter():
    assert filled("${ system_integrations.genesys_audio_connector.user_id }", user_id="42") == "42"


def test_variables_are_inserted_at_any_depth():
    template = {"options": [{"label": USER, "value": {"input": {"text": f"id {USER}"}}}], "count": 3}

    assert filled(template, user_id="42") == {
        "options": [{"label": "42", "value": {"input": {"text": "id 42"}}}],
        "count": 3,
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (7, "7"), (1.5, "1.5"), ("é", "é"), ({"a": "é"}, '{"a": "é"}'), ([1], "[1]")],
)
def test_values_that_are_no_text_are_inserted_as_json(value, text):
    assert filled(USER, user_id=value) == text


@pytest.mark.parametrize("variables", [{}, {"user_id": None}])
def test_an_unset_variable_is_empty_and_reported_by_name(variables):
    unset = []

    assert fill(f"Hello {USER} there.", variables, unset.append) == "Hello  there."
    assert unset == ["user_id"]


@pytest.mark.parametrize("stop", [",", ".", "!", ":"])
def test_an_unset_variable_leaves_no_space_before_a_stop(stop):
    assert fill(f"Hello {USER}{stop} welcome", {}, [].append) == f"Hello{stop} welcome"


def test_markup_in_a_value_is_escaped_inside_markup():
    assert filled(f"<p>{USER}</p>", user_id="<b>&") == "<p>&lt;b&gt;&amp;</p>"


def test_markup_in_a_value_does_not_become_markup_in_plain_text():
    assert filled(f"Hello {USER}.", user_id='<break time="9s"/>') == 'Hello  break time="9s"/ .'


def test_a_value_is_not_read_as_a_variable_again():
    assert filled(f"Hello {USER}.", user_id="${system_integrations.genesys_audio_connector.pin}") == (
        "Hello ${system_integrations.genesys_audio_connector.pin}."
    )


@settings(max_examples=100, deadline=None)
@given(HOSTILE, HOSTILE)
def test_plain_text_stays_plain_whatever_the_values_are(one, two):
    template = f"Hello {USER}, 3 < 4 {USER.replace('user_id', 'name')} > 5"

    assert TAG.search(filled(template, user_id=one, name=two)) is None


@settings(max_examples=100, deadline=None)
@given(HOSTILE)
def test_markup_keeps_its_elements_whatever_the_values_are(value):
    template = f'<speak><p title="{USER}">Hello {USER}</p><break/></speak>'

    root = ET.fromstring(filled(template, user_id=value))

    assert [(each.tag, sorted(each.attrib)) for each in root.iter()] == [
        ("speak", []),
        ("p", ["title"]),
        ("break", []),
    ]


@settings(max_examples=100, deadline=None)
@given(st.text("ab<&", max_size=20))
def test_in_markup_the_voice_gets_exactly_the_value(value):
    assert ET.fromstring(filled(f"<p>{USER}</p>", user_id=value)).text == (value or None)


def test_the_expression_of_ibms_page_sets_its_variable():
    line = '${system_integrations.genesys_audio_connector.some_variable} = "this is an output variable"'

    assert parse_assignment(line) == Assignment("some_variable", "this is an output variable")


@pytest.mark.parametrize(
    ("written", "value"),
    [('"a"', "a"), ("7", 7), ("1.5", 1.5), ("true", True), ("null", None), ('["a"]', ["a"])],
)
def test_values_of_expressions_are_json(written, value):
    assert parse_assignment(f"{USER}={written}") == Assignment("user_id", value)


def test_a_variable_on_its_own_keeps_its_type():
    assignment = parse_assignment("${system_integrations.genesys_audio_connector.copy} = " + USER)

    assert evaluate(assignment.value, {"user_id": 7}, no_warning) == 7


def test_a_variable_within_a_text_becomes_text_as_it_is():
    assert evaluate(f"id {USER}", {"user_id": "<7>"}, no_warning) == "id <7>"


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("", "expected .* = "),
        ("some_variable = 1", "expected .* = "),
        (f"{USER} == 1", 'expected "TEXT"'),
        (f"{USER} = text", 'expected "TEXT", a number'),
        (f"{USER} = ", 'expected "TEXT"'),
        ("${user_id} = 1", "expected a variable such as"),
        ("${system_integrations.channel.name} = 1", "expected a variable such as"),
        (USER + ' = "${step_1}"', "got '\\${step_1}'"),
    ],
)
def test_a_wrong_expression_is_refused(expression, fault):
    with pytest.raises(ValueError, match=fault):
        parse_assignment(expression)


@pytest.mark.parametrize(
    "reference", ["${}", "${user_id}", "${system_integrations.genesys_audio_connector.}"]
)
def test_a_reference_to_anything_else_is_refused(reference):
    with pytest.raises(ValueError, match="expected a variable such as"):
        check_references({"a": ["x", {"b": f"Hello {reference}"}]})
