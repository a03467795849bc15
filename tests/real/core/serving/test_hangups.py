"""Signals before a server has begun."""

import os
import signal
import subprocess
import sys

import pytest

from switchhook.serving.process.hangups import end_by_sigterm

LOADING = """
import os, sys, time
os.getpid = lambda: int(sys.argv[1])
from switchhook.serving.process.hangups import end_by_sigterm
end_by_sigterm()
print("loading", flush=True)
time.sleep(30)
"""


@pytest.mark.parametrize(("process", "status"), [(1, 128 + signal.SIGTERM), (7, -signal.SIGTERM)])
def test_sigterm_ends_who_loads_also_as_the_first_process_of_a_container(process, status):
    command = [sys.executable, "-c", LOADING, str(process)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as loading:
        assert loading.stdout.readline() == b"loading\n"
        loading.terminate()
        assert loading.wait(10) == status


def test_another_process_leaves_it_as_it_is(monkeypatch):
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(os, "getpid", lambda: 7)
    end_by_sigterm()
    assert signal.getsignal(signal.SIGTERM) is before
