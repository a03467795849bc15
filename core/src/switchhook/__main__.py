"""The command line. Commands are entry points of `switchhook.commands`, imported only when they run."""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Sequence
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points, version
from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        try:
            return _main(arguments)
        finally:
            sys.stdout.flush()
    except (BrokenPipeError, BaseExceptionGroup) as error:
        if not _nobody_reads(error):
            raise
        return 141  # as of a program that SIGPIPE ended


def _nobody_reads(error: BaseException) -> bool:
    """`… | head` has seen enough. A broken pipe of another kind is not of the command line."""
    if isinstance(error, BaseExceptionGroup) and not error.subgroup(BrokenPipeError):
        return False
    import select

    try:
        asked = select.poll()
        asked.register(sys.stdout.fileno(), 0)
    except OSError:  # standard output is no file
        return False
    if not asked.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor does Python say so at its exit
    return True


def _main(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    entries = sorted(entry_points(group="switchhook.commands"), key=lambda entry: entry.name)
    commands = {entry.name: entry for entry in entries}
    if "_ARGCOMPLETE" in os.environ:  # a shell asks how the line may go on
        from .cli.completion import complete

        complete(commands, lambda entry: _load([entry]))
    if given and given[0] in commands:
        return _run([entry for entry in entries if entry.name == given[0]], given[1:])
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
    from .contract.names import did_you_mean

    hint = did_you_mean(command, commands, "commands")
    print(f"switchhook: unknown command {command!r}; {hint}", file=sys.stderr)  # noqa: T201  # the command line speaks
    return 2


def _run(claims: Sequence[EntryPoint], arguments: Sequence[str]) -> int:
    from .contract.errors import SwitchhookError, ours, status_of
    from .contract.visible import visible

    name = claims[0].name
    try:
        module = _load(claims)
        parser = argparse.ArgumentParser(prog=f"switchhook {name}", description=module.__doc__)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(arguments)))
    except (SwitchhookError, ExceptionGroup) as raised:
        error = ours(raised)
        if error is None:
            raise
        print(f"switchhook {name}: {visible(str(error), lines=True)}", file=sys.stderr)  # noqa: T201  # the command line speaks
        return status_of(error)
    except KeyboardInterrupt:
        return 130


def _load(claims: Sequence[EntryPoint]) -> Any:
    """The command's module. Raises PluginError; what is only needed to say so is imported then."""
    from .contract.errors import PluginError

    entry = claims[0]
    if len(claims) > 1:
        from .plugins.loader import only_one

        entry = only_one("commands", entry.name, claims)
    try:
        module = entry.load()
    except (Exception, SystemExit) as error:
        from .plugins.loader import broken

        raise broken("commands", entry, error) from error
    missing = [name for name in ("add_arguments", "run") if not hasattr(module, name)]
    if missing:
        cause, cure = f"has no {' and no '.join(missing)}", "define add_arguments(parser) and run(arguments)"
        origin = entry.dist.name if entry.dist else ""
        raise PluginError(f"commands/{entry.name}", cause, distribution=origin, cure=cure)
    return module


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
    try:
        with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123  # pathlib costs a tenth of the time --help may take
            doc = ast.get_docstring(ast.parse(file.read())) or ""
    except (OSError, SyntaxError, ValueError):
        return "(cannot be read)"
    return doc.partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
