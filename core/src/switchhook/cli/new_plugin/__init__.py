"""Write a plugin of your own: a complete distribution with one hook, a passing test, types, licence and CI.

What is not said is asked for in a terminal. --update renders again what a plugin was made from, shows how
that differs from what is there, and writes nothing unless --write says so.

example:
  switchhook new-plugin spelling --kind response
  switchhook new-plugin --update spelling
"""

from __future__ import annotations

import argparse
from pathlib import Path

GROUP = "make a bot"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from .answers import GROUPS

    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="lower-case letters, digits, - and _; also the new folder's"
    )
    parser.add_argument("--kind", choices=list(GROUPS), help="what it does")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="where the new folder goes; default: .")
    parser.add_argument("--author", help="for the licence; default: as git knows you")
    parser.add_argument(
        "--update", type=Path, metavar="FOLDER", help="a plugin: show what would be written differently now"
    )
    parser.add_argument(
        "--write",
        nargs="*",
        metavar="FILE",
        help="with --update: write it, all of it or these files; what they held is kept in FILE.orig",
    )


def run(arguments: argparse.Namespace) -> int:
    from ...contract.errors import SettingsError

    if arguments.update is None:
        if arguments.write is not None:
            raise SettingsError("--write goes with --update FOLDER")
        return _make(arguments)
    given = [flag for flag in ("name", "kind", "into", "author") if getattr(arguments, flag) is not None]
    if given:
        said = ", ".join("NAME" if flag == "name" else f"--{flag}" for flag in given)
        raise SettingsError(f"--update takes what the plugin has recorded; leave out {said}")
    return _update(arguments.update, arguments.write)


def _make(arguments: argparse.Namespace) -> int:
    from .answers import asked
    from .folder import make
    from .rendering import next_commands, rendered

    answers = asked(arguments.name, arguments.kind, arguments.author)
    folder = (arguments.into or Path()) / answers.name
    make(folder, files := rendered(answers))
    print(f"{folder}: {answers.distribution}, {len(files)} files. Now:")
    for line in next_commands(answers, folder):
        print(f"  {line}")
    return 0


def _update(folder: Path, write: list[str] | None) -> int:
    from .answers import recorded
    from .folder import changes, overwrite
    from .rendering import rendered

    found = changes(folder, rendered(recorded(folder)))
    if write is not None:
        for path in overwrite(folder, found, write):
            print(f"wrote {path}")
        return 0
    for change in found.values():
        print(change.shown, end="")
    if not found:
        print(f"{folder} is as it would be written now")
    return 0
