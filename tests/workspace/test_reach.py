"""What `tests/reach.py` lists is there, and does what it is listed for."""

import socket
import subprocess
import sys

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
