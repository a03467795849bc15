"""Colours are for terminals, and for those who want them."""

import io

import pytest

from switchhook.serving.log.terminal import painted, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _no_wish(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_has_colours():
    assert painted("FAIL", "red", Terminal()) == "\x1b[31mFAIL\x1b[0m"


def test_a_file_has_none():
    assert painted("FAIL", "red", io.StringIO()) == "FAIL"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colours_has_none(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert painted("FAIL", "red", Terminal()) == "FAIL"


def test_an_empty_no_color_is_no_wish(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "")
    assert painted("FAIL", "red", Terminal()) != "FAIL"


def test_without_a_colour_words_stay():
    assert painted("ok", None, Terminal()) == "ok"


@pytest.mark.parametrize(("stream", "said"), [(Terminal, "loading …\n"), (io.StringIO, "")])
def test_progress_is_shown_to_people_alone(monkeypatch, stream, said):
    shown = stream()
    monkeypatch.setattr("sys.stderr", shown)
    progress("loading")
    assert shown.getvalue() == said
