"""Make a connector and its credentials; show them, rotate them, and how to enter them in Genesys Cloud.

example:
  switchhook connector new support
  switchhook connector guide support
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from .. import CONFIG

GROUP = "make a bot"
NAME = "lower-case letters, digits, - and _"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = _action(actions, "new", "write a connector, with an API key and a client secret of its own")
    new.add_argument("--integration", metavar="NAME", help="use the credentials of this integration instead")
    show = _action(actions, "show", "what Genesys Cloud asks for, all but the secret")
    show.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    rotate = _action(actions, "rotate", "a second key beside the first; calls under either are answered")
    rotate.add_argument(
        "--retire", action="store_true", help="remove the older key, once Genesys has the new"
    )
    guide = _action(actions, "guide", "the steps in Genesys Cloud, with your own values")
    guide.add_argument(
        "--architect",
        type=Path,
        metavar="FILE",
        help="write the flow there, as a program for Architect Scripting",
    )


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=text, description=text)
    action.add_argument("name", metavar="NAME", help=NAME)
    action.add_argument(
        "--config",
        type=Path,
        default=CONFIG,
        metavar="FILE",
        help=f"the configuration, TOML; default: ./{CONFIG}",
    )
    return action


def run(arguments: argparse.Namespace) -> int:
    from . import cards, editing

    config, name = arguments.config, arguments.name
    match arguments.action:
        case "new":
            lines = editing.new(config, name, arguments.integration)
        case "rotate":
            lines = editing.retire(config, name) if arguments.retire else editing.rotate(config, name)
        case "guide":
            lines = _guide(arguments)
        case _:
            card = cards.read(config, name)
            lines = [json.dumps(asdict(card), indent=2)] if arguments.json else [*cards.show(card)]
    print("\n".join(lines))  # noqa: T201  # commands print
    return 0


def _guide(arguments: argparse.Namespace) -> list[str]:
    from switchhook import SettingsError

    from . import architect, cards
    from .guide import guide

    card, file = cards.read(arguments.config, arguments.name), arguments.architect
    if file is None:
        return [*guide(card, arguments.config)]
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(architect.flow_program(card))
    except OSError as error:
        raise SettingsError(
            f"--architect: cannot write {file}: {error.strerror}; name another file"
        ) from None
    return [f"wrote {file}; its first lines say how to run it"]
