"""Answer calls until told to stop."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ..contract.settings import ServerSettings, Settings

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", required=True, type=Path, metavar="FILE", help="the configuration, TOML")
    parser.add_argument("--log-format", choices=("human", "json"), default="human")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")


def run(arguments: argparse.Namespace) -> int:
    from ..serving.logs import settle

    with hangups_outlived():
        try:
            return _serve(arguments)
        finally:
            settle()  # why it ends is said by others, after it


def _serve(arguments: argparse.Namespace) -> int:
    import anyio

    from ..contract.errors import SettingsError
    from ..serving.app import App
    from ..serving.configuration import load_settings
    from ..serving.logs import say, set_up
    from ..serving.server import Server

    set_up(arguments.log_format, arguments.log_level)
    settings = load_settings(arguments.config)
    if not settings.connectors:
        cure = f"make one: switchhook connector new NAME --config {arguments.config}"
        raise SettingsError(f"{arguments.config} has no connector; {cure}")
    if warning := unprotected(settings.server):
        say(warning)
    base = arguments.config.parent.absolute()
    _say_what_is_risky(settings, base)
    server = Server(App(settings, base))
    options = {"use_uvloop": True} if find_spec("uvloop") else {}
    anyio.run(server.run, ready, backend_options=options)
    return 0


def _say_what_is_risky(settings: Settings, base: Path) -> None:
    from ..serving import descriptors
    from ..serving.secretfiles import open_to_others

    most = settings.server.max_calls
    if said := descriptors.too_few(most, descriptors.raise_limit()):
        logger.warning("%s; %s", said, descriptors.cure(most))
    for path, mode in open_to_others(settings, base):
        logger.warning("others can read %s, which holds a secret (mode %o); chmod 600 %s", path, mode, path)


@contextmanager
def hangups_outlived() -> Iterator[None]:
    """SIGHUP is held back in all threads, those of models among them, but for one that waits for it: the main
    one loads models and ends calls."""
    over = Event()

    def say_so() -> None:
        while signal.sigwait({signal.SIGHUP}) and not over.is_set():
            logger.warning(
                "SIGHUP changes nothing: the configuration stays as it was read at the start, calls go on; "
                "to read it again stop the server and start it"
            )

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    waiting = Thread(target=say_so, name="switchhook-sighup", daemon=True)
    waiting.start()
    try:
        yield
    finally:
        over.set()
        signal.pthread_kill(cast("int", waiting.ident), signal.SIGHUP)
        waiting.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def unprotected(server: ServerSettings) -> str:
    """What to say, loudly, when callers' audio and signatures would cross a network in the clear."""
    if server.tls or server.proxy or is_loopback(server.host):
        return ""
    return f"""\
{"!" * 72}
[server] host = "{server.host}" is reachable from other machines, without TLS.
What callers say would cross the network in the clear. Say
tls = {{ certificate = "…", key = "…" }}, or put a proxy in front and say
proxy = {{ trusted = ["its address"] }}.
{"!" * 72}"""


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def ready(urls: str) -> None:
    from ..serving.logs import say

    # What is there before the first call stays. Python's search for garbage would go through all of it again
    # and again, and stop all calls for a tenth of a second each time.
    gc.collect()
    gc.freeze()
    say(f"listening on {urls}")
