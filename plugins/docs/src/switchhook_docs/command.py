"""Read the documentation, with search, in a browser on this machine.

example:
  switchhook docs
"""

from __future__ import annotations

import argparse
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITE = Path(__file__).parent / "site"
HOST = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=0, metavar="PORT", help="by default a free one")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 65535, got {text!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Raises StartError."""
    import signal

    from switchhook import StartError

    if not (SITE / "index.html").exists():
        raise StartError(f"there is no site in {SITE}; say make site in the checkout")
    try:
        server = Server((HOST, arguments.port), Reader)
    except OSError as error:
        why = f"cannot listen on {HOST}:{arguments.port}: {error.strerror}"
        raise StartError(f"{why}; give another --port, or 0 for any") from None
    for way in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # a shell that runs it in the background has the first ignored
        signal.signal(way, signal.default_int_handler)
    with server:
        try:
            print(f"docs at http://{HOST}:{server.server_port}/", flush=True)
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


class Server(ThreadingHTTPServer):
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        import sys

        if not isinstance(sys.exception(), ConnectionError):  # a browser that has gone on to another page
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


class Reader(SimpleHTTPRequestHandler):
    """One who reads: files of the site and nothing else, in a page that may load nothing from elsewhere."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, directory=str(SITE), **named)  # type: ignore[arg-type]  # as the server gives it

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self' 'unsafe-inline' data: blob:")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """A reader's requests are of no interest."""
