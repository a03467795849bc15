"""What `tests/reach.py` lists is there, and does what it is listed for."""

import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from .. import reach


@pytest.mark.parametrize("path", sorted(reach.CI | reach.REAL))
def test_what_is_listed_exists(path):
    assert (reach.TESTS / path).exists()


def test_a_quick_test_opens_no_socket():
    with pytest.raises(pytest.fail.Exception, match="opens a socket"), socket.socket() as one:
        one.bind(("127.0.0.1", 0))


def test_a_quick_test_starts_no_process():
    with pytest.raises(pytest.fail.Exception, match="starts a process"):
        subprocess.run([sys.executable, "--version"], check=True)


@pytest.mark.real
def test_a_real_test_may(tmp_path):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        assert one.getsockname()[1] > 0


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
