"""What people meet in their first hour: ports that are taken, readers that go away."""

import os
import signal
import socket
import subprocess
import sys

from switchhook.cli.check import taken


def test_a_taken_port_is_found():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}: " in taken("127.0.0.1", port)
    assert taken("127.0.0.1", 0) == ""


def test_a_reader_that_has_seen_enough_gets_no_traceback():
    shown, given = os.pipe()
    os.close(shown)
    done = subprocess.run(
        [sys.executable, "-m", "switchhook", "plugins"], stdout=given, stderr=subprocess.PIPE, check=False
    )
    os.close(given)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")
