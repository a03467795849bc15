"""`switchhook docs`: the site on this machine alone, until it is told to stop."""

import argparse
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection

import pytest

from switchhook import StartError
from switchhook_docs import command

SERVE = """
import sys
from pathlib import Path
from switchhook.__main__ import main
from switchhook_docs import command
command.SITE = Path(sys.argv[1])
sys.exit(main(["docs", *sys.argv[2:]]))
"""


@pytest.fixture
def small(tmp_path):
    """A site of two pages, with a file beside it."""
    (tmp_path / "outside.txt").write_text("not for readers")
    (tmp_path / "site/why").mkdir(parents=True)
    (tmp_path / "site/index.html").write_text("home")
    (tmp_path / "site/why/index.html").write_text("because")
    return tmp_path / "site"


@pytest.fixture
def served(small):
    """The process, and its port."""
    started = [sys.executable, "-c", SERVE, str(small)]
    process = subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = process.stdout.readline()
    place = re.fullmatch(r"docs at http://127\.0\.0\.1:(\d+)/\n", said)
    assert place, said
    yield process, int(place[1])
    process.kill()
    process.communicate()


def get(port, path):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def asked(port=0):
    return argparse.Namespace(port=port)


def test_where_no_site_was_built_it_says_how_one_is(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "SITE", tmp_path)
    with pytest.raises(StartError, match="say make site"):
        command.run(asked())


@pytest.mark.parametrize("text", ["", "-1", "65536", "http", "٨"])
def test_what_is_no_port_is_refused(text, capsys):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args([f"--port={text}"])
    assert "expected a number from 0 to 65535" in capsys.readouterr().err


def test_a_busy_port_is_named_with_the_way_out(small, monkeypatch):
    monkeypatch.setattr(command, "SITE", small)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            StartError, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*; give another --port"
        ):
            command.run(asked(port))


@pytest.mark.parametrize(("path", "text"), [("/", "home"), ("/why/", "because")])
def test_a_page_is_served(served, path, text):
    answer, read = get(served[1], path)
    assert (answer.status, read) == (200, text)


def test_a_page_may_load_nothing_from_elsewhere(served):
    answer, _ = get(served[1], "/")
    assert "://" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


@pytest.mark.parametrize("path", ["/../outside.txt", "/%2e%2e/outside.txt", "/why/../../outside.txt"])
def test_nothing_outside_the_site_is_served(served, path):
    assert get(served[1], path)[0].status == 404


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_well_when_it_is_told_to(served, way):
    process, _ = served
    process.send_signal(way)
    assert (process.wait(timeout=30), process.stderr.read()) == (0, "")


def test_a_reader_who_leaves_half_way_costs_no_word(served):
    process, port = served
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port)) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            one.sendall(b"GET / HTTP/1.1\r\n")
    assert get(port, "/")[1] == "home"
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    assert process.stderr.read() == ""
