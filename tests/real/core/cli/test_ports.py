"""Who listens on a port is found by asking."""

import socket
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from switchhook.cli import ports


@contextmanager
def serving(status, body, *, tls=False):
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"ok\n"), (503, b"no\n"), (200, b'{"status": "alive"}')], ids=str
)
def test_a_server_of_ours_is_known_by_its_answers(status, body):
    with serving(status, body) as port:
        assert ports.is_ours("127.0.0.1", port)
        assert ports.is_ours("0.0.0.0", port)  # asked, not opened


def test_of_what_speaks_tls_it_is_not_known():
    with serving(200, b"ok\n", tls=True) as port:
        assert ports.is_ours("127.0.0.1", port) is None


@pytest.mark.parametrize(("status", "body"), [(404, b"no\n"), (200, b"<html>"), (200, b"")], ids=str)
def test_another_one_is_not(status, body):
    with serving(status, body) as port:
        assert ports.is_ours("127.0.0.1", port) is False


def test_what_says_nothing_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(ports, "PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert ports.is_ours("127.0.0.1", silent.getsockname()[1]) is False
