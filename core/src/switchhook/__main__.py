"""The command line. Commands are entry points of `switchhook.commands`, imported only when they run.

The help is read from their source: a docstring's first line says what a command does, GROUP among which
others it stands.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, distributions, entry_points, requires, version
from typing import Any

GROUPS = ("make a bot", "answer calls", "look into calls")
OTHERS = "more"
EXAMPLE = """
example:
  switchhook connector new support
  switchhook talk

switchhook COMMAND --help says more."""
STATUSES = "exit status: 0 done; 1 what was asked for failed; 2 command line or configuration is wrong"
INTERRUPTED, NOBODY_READS = 130, 141  # as a shell tells of a program that SIGINT or SIGPIPE ended


def main(arguments: Sequence[str] | None = None) -> int:
    _open_what_is_closed()
    try:
        try:
            return _main(arguments)
        finally:
            sys.stdout.flush()
    except (OSError, BaseExceptionGroup) as error:
        if _nobody_reads(error):
            return NOBODY_READS
        if not _no_space(error):
            raise
        print("switchhook: cannot write any more: no space is left", file=sys.stderr)  # noqa: T201  # the command line speaks
        return 1


def _open_what_is_closed() -> None:
    """Python has None where a program was started without standard input, output or errors (`>&-`, some
    services); and the next file or socket that is opened would get that number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # as long as the process


def _nobody_reads(error: BaseException) -> bool:
    """Whether it is standard output that nobody reads any more, as with `… | head`. Other broken pipes are
    errors."""
    if not any(isinstance(each, BrokenPipeError) for each in _leaves(error)):
        return False
    import select

    try:
        asked = select.poll()
        asked.register(sys.stdout.fileno(), 0)
    except OSError:  # standard output is not a file
        return False
    if not asked.poll(0):
        return False
    _write_no_more()
    return True


def _no_space(error: BaseException) -> bool:
    """Whether all of it is that a disk is full, which is no fault of ours."""
    import errno

    full = (errno.ENOSPC, errno.EDQUOT)
    if not all(isinstance(each, OSError) and each.errno in full for each in _leaves(error)):
        return False
    try:
        sys.stdout.flush()
    except OSError:
        _write_no_more()
    return True


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """What is in a group of groups."""
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for each in error.exceptions:
        yield from _leaves(each)


def _write_no_more() -> None:
    """What is still to be written would fail at Python's exit, and it would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _main(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    entries = sorted(entry_points(group="switchhook.commands"), key=lambda entry: entry.name)
    commands = {entry.name: entry for entry in entries}
    if "_ARGCOMPLETE" in os.environ:  # a shell asks how the line may be completed
        from .cli.completion import complete

        complete(commands, lambda entry: _load([entry]))
    if given and given[0] in commands:
        return _run([entry for entry in entries if entry.name == given[0]], given[1:])
    parser = argparse.ArgumentParser(
        prog="switchhook",
        description="Answers phone calls for voice bots.",
        epilog=_listed(commands) + EXAMPLE,
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

    hint = did_you_mean(command, commands, "commands") + _absent(command)
    print(f"switchhook: unknown command {command!r}; {hint}", file=sys.stderr)  # noqa: T201  # the command line speaks
    return 2


def _absent(command: str) -> str:
    """Which of our own plugins are not installed, as one of them may bring the command. Empty: none."""
    listed = sorted({re.split(r"[^\w-]", text, maxsplit=1)[0] for text in requires("switchhook") or []})
    absent = [
        each for each in listed if each.startswith("switchhook-") and not list(distributions(name=each))
    ]
    if (own := f"switchhook-{command}") in absent:
        return f"; it is of a plugin that is not installed: pip install {own}"
    return f"; it may be of a plugin that is not installed: {', '.join(absent)}" if absent else ""


def _run(claims: Sequence[EntryPoint], arguments: Sequence[str]) -> int:
    from .contract.errors import SwitchhookError, ours, status_of
    from .contract.visible import visible

    name = claims[0].name
    try:
        module = _load(claims)
        parser = argparse.ArgumentParser(prog=f"switchhook {name}", description=module.__doc__)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = None if "exit status" in (module.__doc__ or "").lower() else STATUSES
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(arguments)))
    except (SwitchhookError, ExceptionGroup) as raised:
        error = ours(raised)
        if error is None:
            raise
        print(f"switchhook {name}: {visible(str(error), lines=True)}", file=sys.stderr)  # noqa: T201  # the command line speaks
        return status_of(error)
    except KeyboardInterrupt:
        return INTERRUPTED


def _load(claims: Sequence[EntryPoint]) -> Any:
    """The command's module. Raises PluginError, whose module is imported only then."""
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


def _listed(commands: Mapping[str, EntryPoint]) -> str:
    groups: dict[str, list[str]] = {name: [] for name in GROUPS}
    for name, entry in commands.items():
        group, summary = _told(entry)
        groups.setdefault(group, []).append(f"  {name:14} {summary}\n")
    groups[OTHERS] = groups.pop(OTHERS, [])  # last
    return "\n".join(f"{name}:\n{''.join(lines)}" for name, lines in groups.items() if lines)


def _told(entry: EntryPoint) -> tuple[str, str]:
    """The module's GROUP and the first line of its docstring, without importing it."""
    path: Sequence[str] | None = None
    spec = None
    name = ""
    for part in entry.module.split("."):
        name = f"{name}.{part}" if name else part
        spec = PathFinder.find_spec(name, path)
        path = spec.submodule_search_locations if spec else None
    if spec is None or spec.origin is None:
        return OTHERS, "(cannot be found)"
    try:
        with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123  # pathlib costs a tenth of the time --help may take
            module = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return OTHERS, "(cannot be read)"
    groups = (each.value for each in module.body if isinstance(each, ast.Assign) and _is_group(each))
    group = next((str(value.value) for value in groups if isinstance(value, ast.Constant)), OTHERS)
    return group, (ast.get_docstring(module) or "").partition("\n")[0]


def _is_group(assignment: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "GROUP" for target in assignment.targets)


if __name__ == "__main__":
    sys.exit(main())
