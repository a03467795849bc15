"""The command line. Commands are entry points of `switchhook.commands`, imported only when they run."""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Sequence
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points, version


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    commands = {
        entry.name: entry for entry in sorted(entry_points(group="switchhook.commands"), key=lambda e: e.name)
    }
    if given and given[0] in commands:
        return _run(commands[given[0]], given[1:])
    parser = argparse.ArgumentParser(
        prog="switchhook",
        description="Answers phone calls for voice bots.",
        epilog="commands:\n"
        + "".join(f"  {name:12} {_summary(entry)}\n" for name, entry in commands.items())
        + "\nswitchhook COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="switchhook [--version] COMMAND …",
    )
    parser.add_argument("--version", action="version", version=f"switchhook {version('switchhook')}")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    command = parser.parse_args(given[:1]).command
    if command is None:
        parser.print_help()
        return 2
    from difflib import get_close_matches

    near = get_close_matches(command, commands, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"commands: {', '.join(commands)}"
    print(f"switchhook: unknown command {command!r}; {hint}", file=sys.stderr)  # noqa: T201  # the command line speaks
    return 2


def _run(entry: EntryPoint, arguments: Sequence[str]) -> int:
    from .errors import PluginError, SettingsError, SwitchhookError, ours

    try:
        module = entry.load()
        parser = argparse.ArgumentParser(prog=f"switchhook {entry.name}", description=module.__doc__)
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(arguments)))
    except (SwitchhookError, ExceptionGroup) as raised:
        error = ours(raised)
        if error is None:
            raise
        print(f"switchhook {entry.name}: {error}", file=sys.stderr)  # noqa: T201  # the command line speaks
        return 2 if isinstance(error, SettingsError | PluginError) else 1
    except KeyboardInterrupt:
        return 130


def _summary(entry: EntryPoint) -> str:
    """The first line of the module's docstring, without importing it."""
    path: Sequence[str] | None = None
    spec = None
    name = ""
    for part in entry.module.split("."):
        name = f"{name}.{part}" if name else part
        spec = PathFinder.find_spec(name, path)
        path = spec.submodule_search_locations if spec else None
    if spec is None or spec.origin is None:
        return "(cannot be found)"
    with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123  # pathlib costs a tenth of the time --help may take
        doc = ast.get_docstring(ast.parse(file.read())) or ""
    return doc.partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
