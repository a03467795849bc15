"""The page of commands: each parser of ours, read as it stands in the code, and what an exit status means."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

from switchhook.__main__ import GROUPS, INTERRUPTED, NOBODY_READS, OTHERS, STATUSES

HEAD = """# The command line

`switchhook COMMAND --help` says the same in a terminal. A message of what went wrong goes to standard error,
what was asked for to standard output.

## Exit status

| status | |
| --- | --- |
"""
MORE = {
    INTERRUPTED: "Ctrl-C, where a command does not say otherwise",
    NOBODY_READS: "whoever read the output went away, as of `… \\| head`",
}


def command_line_page() -> str:
    told = {int(number): text for number, text in re.findall(r"(\d+) ([^;]+)", STATUSES)} | MORE
    page = HEAD + "".join(f"| {number} | {text} |\n" for number, text in sorted(told.items()))
    found = sorted(_modules())
    for group in (*GROUPS, OTHERS):
        page += f"\n# {group.capitalize()}\n"
        page += "".join(_command(name, module) for where, name, module in found if where == group)
    return page


def _modules() -> Iterator[tuple[str, str, Any]]:
    for entry in entry_points(group="switchhook.commands"):
        if entry.dist is not None and entry.dist.name.startswith("switchhook"):
            module = entry.load()
            yield getattr(module, "GROUP", OTHERS), entry.name, module


def _command(name: str, module: Any) -> str:
    parser = argparse.ArgumentParser(prog=f"switchhook {name}")
    module.add_arguments(parser)
    said, _, example = (inspect.getdoc(module) or "").partition("example:\n")
    lines, _, rest = example.partition("\n\n")
    shown = f"```sh\n{inspect.cleandoc(lines)}\n```\n" if lines else ""
    parts = (f"## `{parser.prog}`", said.strip(), shown.strip(), rest.strip(), *_tables(parser))
    return "".join(f"\n{part}\n" for part in parts if part)


def _tables(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Of a parser, and of each of its actions that has one of its own."""
    rows, inner = [], []
    for action in parser._actions:  # noqa: SLF001  # argparse tells them nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  # likewise
            told = {each.dest: each.help or "" for each in action._choices_actions}  # noqa: SLF001  # likewise
            inner += [(told[name], each) for name, each in action.choices.items()]
        elif action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction):  # noqa: SLF001  # likewise
            rows.append(_row(action))
    if rows:
        yield "| argument | |\n| --- | --- |\n" + "\n".join(rows)
    for text, each in inner:
        yield f"### `{each.prog}`"
        yield f"{text[:1].upper()}{text[1:]}."
        yield from _tables(each)


def _row(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else _value(action)
    named = ", ".join(f"{name} {value}".strip() for name in action.option_strings) or value
    text = (action.help or "").replace("%(default)s", str(action.default)).replace("|", "\\|")
    return f"| `{named}` | {text} |".replace("|  |", "| |")


def _value(action: argparse.Action) -> str:
    if action.choices is not None:
        return " or ".join(str(choice) for choice in action.choices)
    return str(action.metavar or action.dest.upper())
