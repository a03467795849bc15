"""Talk to a bot by typing: its script or assistant, its plugins and responses, without audio.

What you type is what the bot hears. /keys 12# presses keys, /silence says nothing until the bot has noticed,
/hangup or Ctrl-D hangs up. When the configuration, the script or a plugin that is being written changes, the
talk begins anew.

example:
  switchhook talk --connector support
  printf 'what can you do\\n/keys 1\\n' | switchhook talk --connector support --json

Exit status: 0 when the call ended as somebody wanted, 1 when it failed.
"""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import add_config

if TYPE_CHECKING:
    from ..contract.options import Options
    from ..contract.settings import Settings
    from ..serving.generations.app import App
    from ..serving.log.terminal import Colour
    from ..tools.typed_call import Shown

GROUP = "make a bot"
ALWAYS = ("bot", "set", "remark", "fault", "end", "output")  # else only with -v
AGAIN = "_SWITCHHOOK_TALK_AGAIN"  # in the environment of a talk that began anew
COLOURS: Mapping[str, Colour] = {"bot": "cyan", "remark": "yellow", "fault": "red"}
WATCHING = 0.5  # seconds between two looks at the files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--connector", metavar="NAME", help="which bot; may be left out where there is one")
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="an input variable")
    parser.add_argument(
        "--language", default="", metavar="TAG", help="what the flow says; else the connector's"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="also each turn, and which plugin did what"
    )
    parser.add_argument("--json", action="store_true", help="a JSON object a line, with everything in it")


def run(arguments: argparse.Namespace) -> int:
    import anyio

    from ..contract.errors import SwitchhookError

    interactive = sys.stdin.isatty() and not arguments.json
    files = Files([arguments.config.parent])  # before one is read: what changes meanwhile has changed, too
    try:
        done = anyio.run(_talk, arguments, interactive, files)
    except SwitchhookError as error:
        if not interactive or AGAIN not in os.environ:
            raise
        # all was well before: somebody is at work on it
        print(f"switchhook talk: {error}", file=sys.stderr)
        done = anyio.run(_changed, files)
    return done if isinstance(done, int) else _begin_anew(done)


def _begin_anew(changed: Path) -> NoReturn:
    """Modules that were imported stay as they were; a new process reads them again."""
    print(f"-- {changed} has changed: the talk begins anew", file=sys.stderr, flush=True)
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, AGAIN: "1"})  # noqa: S606  # our own command line


async def _talk(arguments: argparse.Namespace, interactive: bool, before: Files) -> int | Path:
    """The exit status, or the file that has changed."""
    import anyio

    from ..contract.leg import LegInfo
    from ..contract.settings import Settings
    from ..serving.config.configuration import read_table
    from ..serving.generations.app import App
    from ..tools.typed_call import TypedCall

    table = read_table(arguments.config)
    settings = table.parse(Settings)
    if settings.plugins.path:
        before.watch(
            settings.plugins.path
        )  # a file there that cannot be imported is what somebody mends next
    name = arguments.connector or _only(settings)
    app = App(settings, arguments.config.parent.absolute())
    info = LegInfo("typed", name, language=arguments.language, variables=_variables(arguments.var))
    files = Files(watched(app, arguments.config, table), before.times)
    call = TypedCall(app, name, info, _printer(arguments))
    changed: Path | None = None
    status = 1
    async with app.lifespans(), anyio.create_task_group() as group:

        async def watch() -> None:
            nonlocal changed
            changed = await _changed(files)
            group.cancel_scope.cancel()

        if interactive:
            print(f"{name}: type what the caller says; /keys 12#, /silence, /hangup", file=sys.stderr)
            group.start_soon(watch)
        record = await call.run(typed_lines(), hurried=not interactive)
        status = 1 if record.outcome == "failed" else 0
        if status:
            print(f"what may be wrong, says: switchhook check --config {arguments.config}", file=sys.stderr)
        group.cancel_scope.cancel()
    return changed or status


def _variables(texts: list[str]) -> dict[str, str]:
    from ..contract.errors import SettingsError

    variables = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise SettingsError("--var: expected NAME=VALUE, such as user_id=42")
        variables[name] = value
    return variables


def _only(settings: Settings) -> str:
    """The one connector that there is."""
    from ..contract.errors import SettingsError

    known = ", ".join(sorted(settings.connectors)) or "none; make one with: switchhook connector new NAME"
    if len(settings.connectors) != 1:
        raise SettingsError(f"say --connector NAME; known: {known}")
    return next(iter(settings.connectors))


def _printer(arguments: argparse.Namespace) -> Any:
    from ..serving.log.terminal import painted

    def show(line: Shown) -> None:
        if arguments.json:
            print(json.dumps({"who": line.who, "text": line.text, **line.details}, default=str), flush=True)
        elif arguments.verbose or line.who in ALWAYS:
            colour = COLOURS.get(line.who)
            print(f"{painted(line.who.ljust(8), colour, sys.stdout)}{line.text}", flush=True)

    return show


async def typed_lines(fd: int = 0) -> AsyncIterator[str]:
    """Lines of standard input, as they are typed, until its end."""
    import anyio

    waits = os.isatty(fd) or stat.S_IFMT(os.fstat(fd).st_mode) in (stat.S_IFIFO, stat.S_IFSOCK)
    left = b""
    while True:
        if (
            waits
        ):  # all else, a file or /dev/null, has all of its lines already, and no event loop can wait for it
            await anyio.wait_readable(fd)
        data = os.read(fd, 65536)
        *lines, left = (left + data).split(b"\n")
        for line in [*lines, left] if not data else lines:
            yield line.decode(errors="replace")
        if not data:
            return


# --- what has changed


class Files:
    """Folders and files, and when each was last written: now, or when it was looked at `before`."""

    def __init__(self, watched: list[Path], before: Mapping[Path, float] | None = None) -> None:
        self._watched = watched
        self.times = {path: (before or {}).get(path, time) for path, time in self._times().items()}

    def watch(self, path: Path) -> None:
        """That too, from now on."""
        self._watched.append(path)
        self.times = {**self._times(), **self.times}

    def changed(self) -> Path | None:
        now = self._times()
        return next((path for path in {**self.times, **now} if now.get(path) != self.times.get(path)), None)

    def _times(self) -> Mapping[Path, float]:
        return {path: path.stat().st_mtime for path in self._all() if path.is_file()}

    def _all(self) -> Iterator[Path]:
        for path in self._watched:
            if not path.is_dir():
                yield path
            elif (path / "__init__.py").exists():
                yield from path.rglob("*.py")
            else:  # a bot's own, or of plugins that are a file each
                yield from (each for each in path.iterdir() if each.suffix in (".toml", ".py"))


async def _changed(files: Files) -> Path:
    import anyio

    while (path := files.changed()) is None:  # noqa: ASYNC110  # a file tells nobody
        await anyio.sleep(WATCHING)
    return path


def watched(app: App, config: Path, table: Options) -> list[Path]:
    """The configuration, the files that it names, and plugins that are not installed for good."""
    from ..serving.config.configuration import files_of

    path = app.settings.plugins.path

    named = files_of(table, config.parent)
    return [config, *named, *_being_written(app), *([path] if path else [])]


def _being_written(app: App) -> Iterator[Path]:
    """Packages of plugins outside of where distributions are installed."""
    import sysconfig

    installed = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    for plugin in app.plugins.loaded.values():
        file = getattr(plugin.module, "__file__", None)
        if file and not any(Path(file).resolve().is_relative_to(folder) for folder in installed):
            yield Path(file).parent if (Path(file).parent / "__init__.py").exists() else Path(file)
