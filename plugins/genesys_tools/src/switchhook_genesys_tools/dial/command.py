"""Call a bot as Genesys would: a simulated caller whose talk is shown live.

Turns are taken in the order they are given: --say "my balance" --dtmf 12# --interrupt --say "stop".
Before each the caller waits until the bot is silent, unless told to interrupt. When all is said and
answered, the caller hangs up.

example:
  switchhook dial --connector support --say "what can you do" --dtmf 1
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import CONFIG
from .script import AddTurn, Script

if TYPE_CHECKING:
    from .plan import Target

GROUP = "make a bot"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(script=Script())
    whom = parser.add_argument_group("whom to call: --connector, or URL with its credentials")
    whom.add_argument("--connector", metavar="NAME", help="one of the configuration")
    whom.add_argument("--config", type=Path, metavar="FILE", help=f"default: ./{CONFIG}")
    whom.add_argument(
        "url", nargs="?", metavar="URL", help="wss://HOST/INSTANCE-ID/connect?version=YYYY-MM-DD"
    )
    whom.add_argument("--api-key", metavar="KEY")
    whom.add_argument("--client-secret", metavar="@FILE", help="left out: the request is not signed")
    turns = parser.add_argument_group("what the caller does, in the order given")
    turns.add_argument("--say", **_turn("TEXT"), help="spoken by an installed voice")
    turns.add_argument("--wav", **_turn("FILE"), help="a recording of any rate")
    turns.add_argument("--dtmf", **_turn("KEYS"), help="keys to press, such as 12#")
    turns.add_argument("--interrupt", **_turn(None), nargs=0, help="take the next turn while the bot speaks")
    _add_options(parser)


def _turn(metavar: str | None) -> dict[str, Any]:
    return {"action": AddTurn, "default": argparse.SUPPRESS, "metavar": metavar}


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--voice", metavar="NAME", help=VOICE)
    parser.add_argument("--language", default="", metavar="TAG", help=LANGUAGE)
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="an input variable")
    parser.add_argument(
        "--probe", action="store_true", help="open and close, as Genesys does to try a server"
    )
    parser.add_argument(
        "--calls",
        type=_count,
        default=1,
        metavar="N",
        help="so many at once, ten new ones a second, and a summary",
    )
    parser.add_argument("--linger", type=_seconds, metavar="SECONDS", help=LINGER)
    parser.add_argument("--timeout", type=_seconds, default=300.0, metavar="SECONDS", help="default: 300")
    parser.add_argument("--output", type=Path, default=Path("dial-output"), metavar="DIR", help=OUTPUT)
    parser.add_argument("--hear", action="store_true", help=HEAR)
    parser.add_argument("--show-digits", action="store_true", help="on the screen and in the messages")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON, the talk to stderr")


LINGER = (
    "how long a bot that does not answer is waited for before the next turn, default: 10; and how long the "
    "caller stays after the answer to the last one, default: 3"
)
VOICE = "the plugin that speaks; default: one that knows the language, which is named"
LANGUAGE = "what the flow asks for, as it spells it, such as es-ES; default: nothing"
HEAR = (
    "of one call: what a recogniser here makes of what was sent, and what the record says that the bot heard"
)
OUTPUT = "where recording and messages go; default: dial-output"


def _count(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,4}", text):
        raise argparse.ArgumentTypeError(f"expected a number of calls, got {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"expected a number of seconds, got {text!r}")
    return float(text)


def run(arguments: argparse.Namespace) -> int:
    from switchhook import SettingsError

    if arguments.script.interrupting:
        raise SettingsError("--interrupt: expected --say, --wav or --dtmf after it")
    target, variables = _target(arguments), _variables(arguments.var)
    try:
        # what is kept of a call is its caller's: readable by its owner alone, and known to be writable before
        arguments.output.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"--output: cannot write to {arguments.output}: {error.strerror}") from None

    import anyio

    from .dialling import dial

    return anyio.run(dial, target, variables, arguments)


def _target(arguments: argparse.Namespace) -> Target:
    from switchhook import SettingsError

    from .target import of_connector, of_url

    if arguments.url and not (arguments.config or arguments.connector):
        if not arguments.api_key:
            raise SettingsError("--api-key is missing; it goes with URL")
        return of_url(arguments.url, arguments.api_key, arguments.client_secret)
    if arguments.connector and not (arguments.url or arguments.api_key):
        return of_connector(arguments.config or CONFIG, arguments.connector)
    raise SettingsError("expected either --connector NAME, or URL --api-key KEY")


def _variables(texts: list[str]) -> dict[str, str]:
    from switchhook import SettingsError

    variables = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise SettingsError("--var: expected NAME=VALUE, such as user_id=42")
        variables[name] = value
    return variables
