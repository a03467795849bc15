"""Answer calls until told to stop.

example:
  switchhook serve
  switchhook serve --config support.toml --log-format json
"""

from __future__ import annotations

import argparse
import gc
import logging
from contextlib import nullcontext
from functools import partial
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from . import add_config

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from socket import socket

    from ..contract.settings import ServerSettings, Settings
    from ..plugins.loader import Plugins
    from ..serving.generations.app import App
    from ..serving.process.handed import Handed
    from ..serving.server import Server

GROUP = "answer calls"
logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--log-format", choices=("human", "json"), default="human")
    parser.add_argument(
        "--find-blocking",
        action="store_true",
        help="log where plugins block all calls by what they call (time.sleep, connecting, looking up names)",
    )
    parser.add_argument(
        "--find-leaks",
        action="store_true",
        help="log which plugins keep more and more memory, once a minute; calls cost several times as much",
    )
    parser.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="processes that answer calls, in place of [server] workers",
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")


def run(arguments: argparse.Namespace) -> int:
    from ..contract.errors import SwitchhookError, ours, status_of
    from ..serving.log.outcries import catch
    from ..serving.log.setup import set_up, settle
    from ..serving.process.hangups import end_by_sigterm, held

    end_by_sigterm()
    with held():  # before any thread begins, also that of the log
        set_up(arguments.log_format, arguments.log_level)
        catch()
        try:
            return _serve(arguments)
        except (SwitchhookError, ExceptionGroup) as raised:
            error = ours(raised)
            if error is None or arguments.log_format != "json":
                raise
            logger.error("%s", error)  # noqa: TRY400  # a line for a machine, as all others
            return status_of(error)
        finally:
            settle()  # others will say why it ends, after these lines


def _serve(arguments: argparse.Namespace) -> int:
    from ..serving.process.handed import take

    handed = take()  # before the environment is read for settings
    logger.info("reading %s", arguments.config)
    if handed.line is not None:
        return _work(arguments, handed, handed.line)
    settings = _load(arguments)
    workers: int = settings.server.workers
    return _supervise(arguments, handed, settings) if workers > 1 else _answer(arguments, handed)


def _answer(arguments: argparse.Namespace, handed: Handed) -> int:
    """One process, which answers calls."""
    from ..serving.config.watched import Watched
    from ..serving.process.notify import Notifier
    from ..serving.reloading import Reloading
    from ..serving.server import Server
    from ..serving.workers.inherited import Inherited
    from ..serving.workers.lending import Lender
    from ..serving.workers.line import Line
    from ..serving.workers.successor import Successor

    files = Watched(arguments.config)
    read = partial(_read, arguments, handed)
    app = read(None)
    state = Inherited(app.state(), Line(handed.before) if handed.before else None)
    server = Server(app, handed, state)
    state.counted = server.places.counted
    systemd = Notifier()
    reloading = Reloading(server, files, read, systemd.reloading)

    def on_ready(urls: str) -> None:
        ready(urls, arguments.log_format)
        systemd.ready()

    def leave(process: int) -> None:
        systemd.taken_over(process)
        server.leave()

    successor = Successor(server.listeners.handed, leave, state, Lender(state, lambda: None))
    follow = partial(systemd.follow, server.ending.begun, server.calls)
    learn = partial(state.when_learnt, handed.tell_ready)
    release = partial(state.when_alone, server.ending.release)
    beside = (reloading.run, follow, successor.run, state.run, learn, release)
    _run(arguments, server, server.run, on_ready, *beside)
    return 0


def _work(arguments: argparse.Namespace, handed: Handed, line: socket) -> int:
    """One of several: the supervisor tells it what to do."""
    from ..serving.config.watched import Watched
    from ..serving.log.setup import name_worker
    from ..serving.reloading import Reloading
    from ..serving.server import Server
    from ..serving.workers.line import Line
    from ..serving.workers.line_state import LineState
    from ..serving.workers.working import Working

    name_worker(handed.slot)
    files, supervisor = Watched(arguments.config), Line(line)
    read, state = partial(_read, arguments, handed), LineState(supervisor)
    server = Server(read(None), handed, state)
    working = Working(server, supervisor, state)
    changed = working.changed if handed.slot == 0 else (lambda _why: None)
    reloading = Reloading(server, files, read, working.reloading, changed)

    def on_ready(urls: str) -> None:
        _settle()
        working.ready(urls)

    _run(arguments, server, server.run, on_ready, reloading.run, working.run)
    return 0


def _supervise(arguments: argparse.Namespace, handed: Handed, settings: Settings) -> int:
    """Raises StartError."""
    import anyio

    from ..serving.process.notify import Notifier
    from ..serving.state.shared import SharedState
    from ..serving.workers.successor import Successor
    from ..serving.workers.supervisor import Supervisor

    systemd = Notifier()
    state = SharedState(settings, arguments.config.parent.absolute())
    supervisor = Supervisor(settings, handed, systemd.reloading, state)

    def on_ready(urls: str) -> None:
        ready(urls, arguments.log_format)
        systemd.ready()

    def leave(process: int) -> None:
        systemd.taken_over(process)
        supervisor.leave()

    successor = Successor(supervisor.listeners.handed, leave, supervisor.state, supervisor.lender)
    follow = partial(systemd.follow, supervisor.begun, supervisor.crew)
    beside = (follow, successor.run, partial(supervisor.state.when_learnt, handed.tell_ready))
    return anyio.run(supervisor.run, on_ready, *beside)


def _run(
    arguments: argparse.Namespace, server: Server, run: Callable[..., Awaitable[None]], *given: object
) -> None:
    import anyio

    from ..plugins.blocking import blocking_named
    from ..plugins.leaks import leaks_named

    def plugins() -> Plugins:
        return server.app.plugins

    options = {"use_uvloop": True} if find_spec("uvloop") else {}
    with (
        blocking_named(plugins) if arguments.find_blocking else nullcontext(),
        leaks_named(plugins) if arguments.find_leaks else nullcontext(),
    ):
        anyio.run(run, *given, backend_options=options)


def _workers(text: str) -> int:
    from ..contract.settings import MOST_WORKERS

    if not (text.isdecimal() and 1 <= int(text) <= MOST_WORKERS):
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MOST_WORKERS}, got {text!r}")
    return int(text)


def _load(arguments: argparse.Namespace) -> Settings:
    """Raises SettingsError."""
    from ..contract.errors import SettingsError
    from ..serving.config.configuration import load_settings

    settings = load_settings(arguments.config)
    if not settings.connectors:
        cure = f"make one: switchhook connector new NAME --config {arguments.config}"
        raise SettingsError(f"{arguments.config} has no connector; {cure}")
    if arguments.workers is None:
        return settings
    if arguments.workers > settings.server.max_calls:
        most = f"[server] max_calls ({settings.server.max_calls})"
        raise SettingsError(f"--workers: expected at most {most}, got {arguments.workers}")
    server = settings.server.model_copy(update={"workers": arguments.workers})
    return settings.model_copy(update={"server": server})


def _read(arguments: argparse.Namespace, handed: Handed, before: App | None) -> App:
    """Raises SettingsError and PluginError."""
    from ..serving.generations.app import App

    settings = _load(arguments)
    base = arguments.config.parent.absolute()
    if handed.line is not None:
        settings = handed.share(settings)
    if handed.slot == 0:  # the others would say the same
        if warning := unprotected(settings.server):
            _tell(warning, arguments.log_format, logging.WARNING)
        _say_what_is_risky(settings, base)
    return App(settings, base, before=before)


def _say_what_is_risky(settings: Settings, base: Path) -> None:
    from ..serving.config.secret_files import open_to_others
    from ..serving.process import descriptors

    most = settings.server.max_calls
    if said := descriptors.too_few(most, descriptors.raise_limit()):
        logger.warning("%s; %s", said, descriptors.cure(most))
    for path, mode in open_to_others(settings, base):
        logger.warning("others can read %s, which holds a secret (mode %o); chmod 600 %s", path, mode, path)


def unprotected(server: ServerSettings) -> str:
    """A loud warning, if callers' audio and signatures would cross a network in the clear; else nothing."""
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


def _tell(text: str, form: str, level: int = logging.INFO) -> None:
    """Says it whatever the log level is: to people as it is, to machines as a line of JSON."""
    from ..serving.log.setup import say

    if form == "human":
        say(text)
    else:
        line = " ".join(text.strip("!\n").split())
        logger.handle(logger.makeRecord(logger.name, level, "", 0, line, (), None))


def ready(urls: str, form: str = "human") -> None:
    _settle()
    _tell(f"listening on {urls}", form)


def _settle() -> None:
    # What is there before the first call stays. Python's search for garbage would go through all of it again
    # and again, and stop all calls for a tenth of a second each time.
    gc.collect()
    gc.freeze()
