"""Print what makes a shell complete the words of switchhook: commands, options, connectors, files.

Its first line says where to put it. Plugins that are installed later are completed as well.

example:
  switchhook completion bash >> ~/.bashrc
  switchhook completion zsh >> ~/.zshrc
  switchhook completion fish > ~/.config/fish/completions/switchhook.fish
"""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from . import CONFIG

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

WHERE = {
    "bash": "# for ~/.bashrc",
    "zsh": "# for ~/.zshrc, below compinit",
    "fish": "# for ~/.config/fish/completions/switchhook.fish",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=WHERE, help="which shell")


def run(arguments: argparse.Namespace) -> int:
    from argcomplete.shell_integration import shellcode

    print(WHERE[arguments.shell])
    print(shellcode(["switchhook"], shell=arguments.shell).strip())
    return 0


def complete(commands: Mapping[str, EntryPoint], load: Callable[[EntryPoint], Any]) -> None:
    """Answers the shell, which asks through the environment, and ends the process."""
    import argcomplete

    line = os.environ.get("COMP_LINE", "")[: int(os.environ.get("COMP_POINT", "0"))]
    argcomplete.autocomplete(_parser(line, commands, load), default_completer=cast("Any", _values))


def _parser(
    line: str, commands: Mapping[str, EntryPoint], load: Callable[[EntryPoint], Any]
) -> argparse.ArgumentParser:
    """Only the command that the line names is imported."""
    from ..contract.errors import PluginError

    parser = argparse.ArgumentParser(prog="switchhook")
    parser.add_argument("--version", action="store_true")
    known = parser.add_subparsers()
    typed = line.split()[1:2]
    for name, entry in commands.items():
        command = known.add_parser(name)
        if [name] == typed:
            try:
                load(entry).add_arguments(command)
            except PluginError:
                continue  # when it is run it says what is wrong; a shell could not show it
    return parser


def _values(*, prefix: str, action: argparse.Action, parsed_args: argparse.Namespace, **_: Any) -> Any:
    from argcomplete.completers import FilesCompleter

    if action.dest == "connector":
        return _connectors(getattr(parsed_args, "config", None) or CONFIG)
    return FilesCompleter()(prefix)


def _connectors(config: Path) -> Iterable[str]:
    try:
        table = tomllib.loads(config.read_text("utf-8-sig")).get("connectors")
    except (OSError, ValueError):
        return ()
    return table if isinstance(table, dict) else ()
