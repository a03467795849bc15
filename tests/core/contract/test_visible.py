"""Text from elsewhere, as it is shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import Finding, visible
from switchhook.contract.visible import visible_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("ring\x07", r"ring\x07"),
        ("one\ntwo\r\n\tthree", r"one\ntwo\r\n\tthree"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("a\u2028b\x85c", r"a\u2028b\x85c"),
        ("pass\u200bword\ufeff", r"pass\u200bword\ufeff"),
        ("half \ud83d", r"half \ud83d"),
        ("tag \U000e0041", r"tag \U000e0041"),
    ],
)
def test_what_a_terminal_would_obey_or_nobody_sees_is_an_escape(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Grüße",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "👩\u200d🚀",
        "one  two",
        "a\\x1b",
        "10\xa0€",
    ],
)
def test_what_can_be_read_stays(text):
    assert visible(text) == text


def test_a_text_of_several_lines_may_keep_them():
    assert visible("one\n\ttwo\r\x1b", lines=True) == "one\n\ttwo\\r\\x1b"


@given(st.text(st.characters()))
def test_json_keeps_its_value_and_can_be_seen(text):
    line = visible_json(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(line) == {"text": text}
    assert visible(line) == line


def test_a_finding_shows_what_a_service_has_said():
    finding = Finding("error", "stt", "does not answer: \x1b]0;owned\x07", "ask\u202e them")
    assert (finding.text, finding.cure) == (r"does not answer: \x1b]0;owned\x07", r"ask\u202e them")
