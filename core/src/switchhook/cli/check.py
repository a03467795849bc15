"""Say what is wrong with a configuration, why, and what to do.

example:
  switchhook check
  switchhook check --json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from . import add_config
from .findings import noticed, of_records, of_settings, why_not

if TYPE_CHECKING:
    from ..call.bot import Bot
    from ..contract.findings import Finding
    from ..plugins.loader import Plugin
    from ..serving.generations.app import App
    from ..serving.log.terminal import Colour

GROUP = "answer calls"
PATIENCE = 10.0  # seconds for one engine to answer
MARKS: Mapping[str, tuple[str, Colour]] = {
    "ok": ("ok", "green"),
    "warning": ("warn", "yellow"),
    "error": ("FAIL", "red"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of lines")
    parser.add_argument(
        "--public",
        action="store_true",
        help="also try the running server at its public_url, as its caller would",
    )


def run(arguments: argparse.Namespace) -> int:
    import anyio

    from ..serving.config.configuration import load_settings
    from ..serving.generations.app import App

    settings = load_settings(arguments.config)
    deprecated: list[Finding] = []
    with noticed(deprecated):
        app = App(settings, arguments.config.parent.absolute())
    found = anyio.run(_found, app, deprecated, arguments.public, None if arguments.json else _show)
    failed = sum(finding.level == "error" for finding in found)
    warned = sum(finding.level == "warning" for finding in found)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        print(_summary(failed, warned))
    return 1 if failed else 0


def _summary(failed: int, warned: int) -> str:
    if not warned:
        return f"{failed} to mend" if failed else "nothing stands in the way"
    if failed:
        return f"{failed} to mend, {warned} to look at"
    verb = "is" if warned == 1 else "are"
    return f"nothing stands in the way of a call, but there {verb} {warned} to look at"


async def _found(
    app: App, deprecated: list[Finding], public: bool, show: Callable[[Finding], None] | None
) -> list[Finding]:
    """`show` is called with each finding as soon as it is known."""
    found = []
    async with AsyncExitStack() as stack:
        async for finding in _findings(app, deprecated, public, stack):
            found.append(finding)
            if show is not None:
                show(finding)
    return found


def _show(finding: Finding) -> None:
    from ..serving.log.terminal import painted

    cure = f"\n{finding.cure}" if finding.cure else ""
    told = f"{finding.subject}: {finding.text}{cure}".replace("\n", "\n       ")
    mark, colour = MARKS[finding.level]
    print(f"{painted(mark.ljust(5), colour, sys.stdout)}  {told}", flush=True)


async def _findings(
    app: App, deprecated: list[Finding], public: bool, stack: AsyncExitStack
) -> AsyncIterator[Finding]:
    """All findings. Engines are entered in `stack`."""
    from ..contract.errors import StartError
    from ..contract.findings import Finding
    from ..serving.drivers.keeping import entered
    from ..serving.log.terminal import progress

    names = ", ".join(sorted(app.plugins.loaded))
    yield Finding("ok", "plugins", f"{len(app.plugins.loaded)} loaded and fitting: {names}")
    for finding in (*deprecated, *of_settings(app), *_of_strays(), *_of_server(app)):
        yield finding
    try:
        app.transport()  # first: wrong settings should not wait for models
        app.state()
        progress("loading the engines")
        connectors = app.equip()
        await stack.enter_async_context(entered(app.engines.lifetimes()))
    except StartError as error:  # wrong settings are not findings: they end the check as they end `serve`
        yield Finding("error", "engines", str(error), "see the message; the other checks need the engines")
        return
    async for finding in _of_drivers(app, connectors):
        yield finding
    for hook in ("check", "check_public")[: 1 + public]:
        for plugin in app.plugins.loaded.values():
            if hook in plugin.hooks:
                async for finding in _of_plugin(app, plugin, hook):
                    yield finding
    if public and not any("check_public" in plugin.hooks for plugin in app.plugins.loaded.values()):
        cure = "install the tools of your transport, or look at [plugins] only and exclude"
        yield Finding("warning", "public", "no plugin that is loaded tries the server from outside", cure)


async def _of_connector(place: str, bot: Bot) -> AsyncIterator[Finding]:
    """Tries each engine as a call would use it."""
    from ..contract.findings import Finding
    from ..serving.drivers.probing import NoAnswerError, trials, try_out

    failed = False
    for trial in trials(bot):
        try:
            await try_out(trial.engine, bot.name, trial.language, PATIENCE)
        except NoAnswerError as error:
            failed = True
            cure = "a call would fail here"
            yield Finding("error", f"{place}{trial.place}", f"does not answer: {error}", cure)
    if not bot.hooks.handles("text"):
        cure = "pip install switchhook-responses, or look at [plugins] only and exclude"
        yield Finding("error", place, "no plugin performs text, so the bot would be silent", cure)
    elif not failed:
        yield Finding("ok", place, "its assistant and speech engines answer")
    yield Finding("ok", place, _languages(bot))


def _languages(bot: Bot) -> str:
    """Which languages are served, and what happens in others."""
    from ..serving.drivers.probing import is_served, spoken_besides

    named = [each.language for each in bot.tongues if is_served(each)]
    besides = spoken_besides(bot)
    if besides is None:
        others = "others where its engines know them when they are asked, which they do not say before"
    else:
        others = f"and, as its engines know them, {', '.join(besides)}" if besides else "and no others"
    own = bot.tongues[0].language
    return (
        f"languages: {', '.join(named)}, {others}; a caller in any other is answered in {own}, "
        "with a remark in the record"
    )


async def _of_plugin(app: App, plugin: Plugin, hook: str) -> AsyncIterator[Finding]:
    from ..contract.errors import cause
    from ..contract.findings import Finding
    from ..contract.traces import home, place

    try:
        for findings in app.plugins.caller(hook, [plugin])(app=app):
            async for finding in findings:
                yield finding
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the others are still asked
        said = f"its check raised {cause(error)}{place(error, home(plugin.module))}"
        yield Finding("error", plugin.name, said, f"ask who makes {plugin.distribution}")


def _of_strays() -> Iterator[Finding]:
    from ..contract.findings import Finding
    from ..plugins.loader import stray, strays

    for entry, meant in strays():
        error = stray(entry, meant)
        yield Finding("warning", error.plugin, error.cause, error.cure)


def _of_server(app: App) -> Iterator[Finding]:
    from ..contract.findings import Finding
    from .ports import of_ports
    from .serve import is_loopback

    settings = app.settings
    if not settings.connectors:
        cure = "make one: switchhook connector new NAME --config FILE"
        yield Finding("error", "connectors", "there is none, so no call can be answered", cure)
    yield from of_ports(settings, taken)
    if settings.server.public_url is None:
        cure = 'say what is connected to: public_url = "wss://voice.example.com/"'
        yield Finding(
            "warning", "server.public_url", "is not set: signatures are checked against the Host header", cure
        )
    if (
        settings.server.tls is None
        and settings.server.proxy is None
        and not is_loopback(settings.server.host)
    ):
        cure = "set tls = { certificate, key }, or proxy = { trusted } where a proxy ends TLS"
        yield Finding("warning", "server.host", f"{settings.server.host} is reachable without TLS", cure)
    yield from of_records(settings.records)
    yield from _of_machine(app)
    if settings.prompts.directory is not None:
        yield from _of_prompts(settings.prompts.directory)


async def _of_drivers(app: App, connectors: Mapping[str, Bot]) -> AsyncIterator[Finding]:
    async for finding in _of_sinks(app):
        yield finding
    for name, bot in connectors.items():
        async for finding in _of_connector(f"connectors.{name}", bot):
            yield finding


async def _of_sinks(app: App) -> AsyncIterator[Finding]:
    import anyio

    from ..contract.findings import Finding
    from ..serving.records.sinks import make_sinks

    for name, sink in make_sinks(app.settings.records, app.plugins, app.engines, app.base).items():
        try:
            with anyio.fail_after(PATIENCE):
                async with sink:
                    pass
        except Exception as error:  # noqa: BLE001  # a sink may raise anything
            cure = "until it can, records wait in the spool"
            yield Finding("error", "records.sinks", f"{name} cannot be reached: {why_not(error)}", cure)


def _of_machine(app: App) -> Iterator[Finding]:
    from ..contract.findings import Finding
    from ..serving.config.secret_files import open_to_others
    from ..serving.process import descriptors

    most = app.settings.server.max_calls
    if said := descriptors.too_few(most, descriptors.most()):
        yield Finding("warning", "server.max_calls", said, descriptors.cure(most))
    for path, mode in open_to_others(app.settings, app.base):
        said = f"others can read {path}, which holds a secret (mode {mode:o})"
        yield Finding("warning", "secrets", said, f"chmod 600 {path}")


def _of_prompts(directory: Path) -> Iterator[Finding]:
    from ..call.prompt_cache.disk import FOLDER, others_in
    from ..contract.findings import Finding

    place = "prompts.directory"
    try:
        others = others_in(directory)
    except OSError as error:
        cure = f"{FOLDER} must be a folder of Switchhook's own, and no link to one"
        yield Finding("error", place, f"cannot use {directory / FOLDER}: {error.strerror}", cure)
        return
    if others:
        said = f"{len(others)} files in {directory / FOLDER} are not Switchhook's, such as {others[0]!r:.80}"
        yield Finding("warning", place, f"{said}; they are left alone and not counted", "move them elsewhere")


def taken(host: str, port: int) -> str:
    """A sentence that says why nobody can listen there now; else nothing."""
    import socket

    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return ""
    except OSError as error:
        return f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}"
