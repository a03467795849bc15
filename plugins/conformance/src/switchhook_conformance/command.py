"""Try whether a server, of any make, speaks Audio Connector as Genesys needs it; or a client as Genesys does.

Exit status: 0 when all that was run passed, 1 when something failed, 2 when the command line is wrong or
nothing was run. A case that needs more than is known of the server is reported as not run, and so is what
follows a case after which the server does not answer any more.

example:
  switchhook conformance wss://voice.example.com/support --api-key KEY --client-secret @secret
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .case import Case
    from .profile import Profile
    from .result import Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", nargs="?", metavar="URL", help="wss://HOST/PATH of a bot, as Genesys calls it")
    parser.add_argument("--api-key", metavar="KEY")
    parser.add_argument("--client-secret", metavar="@FILE", help="left out: requests are not signed")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="all of that, and more, as TOML")
    parser.add_argument(
        "--client", metavar="COMMAND", help="a simulated client to try: 'PROGRAM {url} …' makes it call"
    )
    parser.add_argument("--example-profile", action="store_true", help="print one to begin with")
    parser.add_argument("--only", metavar="IDS", help="such as O01,P: these cases and groups")
    parser.add_argument("--long", action="store_true", help="also cases that take more than 5 s each")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scorecard there")


def run(arguments: argparse.Namespace) -> int:
    import anyio

    from . import runner, scorecard
    from .profile import EXAMPLE

    if arguments.example_profile:
        print(EXAMPLE, end="")
        return 0
    profile, cases = _profile(arguments), _chosen(arguments.only)

    def tell(result: Result) -> None:
        print(scorecard.line(result), flush=True)

    async def all_of_them() -> list[Result]:
        return await runner.run(cases, profile, long=arguments.long, tell=tell)

    results = anyio.run(all_of_them)
    print(scorecard.table(results))
    if arguments.json:
        arguments.json.write_text(scorecard.as_json(results, profile.url), "utf-8")
    states = {result.state for result in results}
    if states <= {"not run"}:
        print("nothing was run", file=sys.stderr)
        return 2
    return 1 if "failed" in states else 0


def _profile(arguments: argparse.Namespace) -> Profile:
    """Raises SettingsError."""
    import tomllib

    from switchhook import Options, SettingsError

    from .profile import Profile, read_secret

    table: dict[str, object] = {}
    base = Path.cwd()
    try:
        if arguments.profile:
            base = arguments.profile.parent.absolute()
            table = tomllib.loads(arguments.profile.read_text("utf-8-sig"))
        if arguments.url:
            table["url"] = arguments.url
        if arguments.api_key:
            table["api_key"] = arguments.api_key
        if arguments.client:
            table["client"] = arguments.client
        if arguments.client_secret:
            table["client_secret"] = read_secret(arguments.client_secret)
    except (OSError, ValueError) as error:
        raise SettingsError(str(error)) from None
    profile = Options(table, place="profile", base=base).parse(Profile)
    if not (profile.url or profile.client):
        raise SettingsError("expected URL, --client COMMAND, or --profile FILE with either; try --help")
    try:
        _ = profile.secret
    except ValueError as error:
        raise SettingsError(f"profile.client_secret: {error}") from None
    return profile


def _chosen(only: str | None) -> Sequence[Case]:
    from switchhook import SettingsError

    from .case import all_cases

    cases = all_cases()
    if only is None:
        return cases
    names = [name.strip().upper() for name in only.split(",") if name.strip()]
    for name in names:
        if not any(case.id.startswith(name) for case in cases):
            raise SettingsError(f"--only: there is no case {name}")
    return [case for case in cases if any(case.id.startswith(name) for name in names)]
