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
    from ..contract.settings import ServerSettings, Settings
    from ..serving.app import App

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
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")


def run(arguments: argparse.Namespace) -> int:
    from ..contract.errors import SwitchhookError, ours, status_of
    from ..serving.hangups import held
    from ..serving.logs import set_up, settle

    with held():  # before any thread begins, also that of the log
        set_up(arguments.log_format, arguments.log_level)
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
    import anyio

    from ..plugins.blocking import blocking_named
    from ..serving.notify import Notifier
    from ..serving.reloading import Reloading
    from ..serving.server import Server
    from ..serving.watched import Watched

    logger.info("reading %s", arguments.config)
    files = Watched(arguments.config)
    read = partial(_read, arguments)
    server = Server(read(None))
    systemd = Notifier()
    reloading = Reloading(server, files, read, systemd.reloading)
    options = {"use_uvloop": True} if find_spec("uvloop") else {}

    def on_ready(urls: str) -> None:
        ready(urls, arguments.log_format)
        systemd.ready()

    following = partial(systemd.follow, server)
    with blocking_named(server.app.plugins) if arguments.find_blocking else nullcontext():
        anyio.run(server.run, on_ready, reloading.run, following, backend_options=options)
    return 0


def _read(arguments: argparse.Namespace, before: App | None) -> App:
    """Raises SettingsError and PluginError."""
    from ..contract.errors import SettingsError
    from ..serving.app import App
    from ..serving.configuration import load_settings

    settings = load_settings(arguments.config)
    if not settings.connectors:
        cure = f"make one: switchhook connector new NAME --config {arguments.config}"
        raise SettingsError(f"{arguments.config} has no connector; {cure}")
    if warning := unprotected(settings.server):
        _tell(warning, arguments.log_format, logging.WARNING)
    base = arguments.config.parent.absolute()
    _say_what_is_risky(settings, base)
    return App(settings, base, before=before)


def _say_what_is_risky(settings: Settings, base: Path) -> None:
    from ..serving import descriptors
    from ..serving.secretfiles import open_to_others

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
    from ..serving.logs import say

    if form == "human":
        say(text)
    else:
        line = " ".join(text.strip("!\n").split())
        logger.handle(logger.makeRecord(logger.name, level, "", 0, line, (), None))


def ready(urls: str, form: str = "human") -> None:
    # What is there before the first call stays. Python's search for garbage would go through all of it again
    # and again, and stop all calls for a tenth of a second each time.
    gc.collect()
    gc.freeze()
    _tell(f"listening on {urls}", form)
