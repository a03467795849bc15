"""A test is what its folder says, and a quick one reaches nothing outside."""

import re
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from .. import reach


@pytest.mark.parametrize(
    ("path", "marker"),
    [
        ("real", "real"),
        ("real/stt_watson/test_wire.py", "real"),
        ("ci/workspace/test_wheels.py", "ci"),
        ("stt_watson/test_messages.py", ""),
        ("core/real/test_x.py", ""),
        (".", ""),
    ],
)
def test_the_folder_says_which_a_test_is(path, marker):
    assert reach._marker(reach.TESTS / path) == marker


def test_no_test_is_marked_where_it_stands():
    marked = re.compile(r"^[^#\n]*\bmark\.(real|ci)\b", re.MULTILINE)
    files = [file for file in reach.TESTS.rglob("*.py") if marked.search(file.read_text("utf-8"))]
    assert files == [], "move what is marked below tests/real or tests/ci"


def test_no_quick_file_imports_what_is_not_quick():
    there = re.compile(rf"^\s*from \.+({'|'.join(reach.FOLDERS)})\b", re.MULTILINE)
    quick = [file for file in reach.TESTS.rglob("*.py") if not reach._marker(file)]
    assert [file for file in quick if there.search(file.read_text("utf-8"))] == []


def test_a_quick_test_opens_no_socket():
    with pytest.raises(pytest.fail.Exception, match="opens a socket"), socket.socket() as one:
        one.bind(("127.0.0.1", 0))


def test_a_quick_test_starts_no_process():
    with pytest.raises(pytest.fail.Exception, match="starts a process"):
        subprocess.run([sys.executable, "--version"], check=True)


def reported(outcome):
    """What becomes of a report in which a test had that outcome."""
    made = reach.pytest_runtest_makereport()
    next(made)
    report = SimpleNamespace(
        outcome=outcome, skipped=outcome == "skipped", longrepr=("file", 1, "node is not installed")
    )
    with pytest.raises(StopIteration) as returned:
        made.send(report)
    return returned.value.value


def test_what_is_left_out_fails_in_ci(monkeypatch):
    monkeypatch.setenv(reach.IN_CI, "1")
    report = reported("skipped")
    assert report.outcome == "failed"
    assert "node is not installed" in report.longrepr


def test_a_developer_may_leave_it_out(monkeypatch):
    monkeypatch.delenv(reach.IN_CI, raising=False)
    assert reported("skipped").outcome == "skipped"


def test_what_passes_passes_in_ci(monkeypatch):
    monkeypatch.setenv(reach.IN_CI, "1")
    assert reported("passed").outcome == "passed"
