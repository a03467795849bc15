"""Call a bot for each scenario of a file, and say which of them went otherwise than expected.

By text, unless told otherwise: the assistant and the handlers of the connector, without audio, in virtual
time. With --voice a server is started beside it, and called as callers do; with URL any server is. What a
file may say is on the page of scenario files.

example:
  switchhook try scenarios/bank.toml
  switchhook try scenarios --voice --junit results.xml

Exit status: 0 when all went as expected, 1 when one did not, 2 when a file or the configuration is wrong.
"""

from __future__ import annotations

import argparse
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .job import Job
    from .judging import Verdict
    from .reading import Case
    from .screen import Screen

GROUP = "make a bot"
PARALLEL = {"text": 50, "voice": 2, "url": 2}  # calls at once, by form
LIMIT = 300.0  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILES", help="scenario files, or folders of such"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=CONFIG)
    parser.add_argument("--only", action="append", default=[], metavar="TEXT", help=ONLY)
    parser.add_argument("--repeat", type=_count, default=1, metavar="N", help="so many times each")
    parser.add_argument("--parallel", type=_count, metavar="N", help=PARALLEL_HELP)
    parser.add_argument("--limit", type=_seconds, default=LIMIT, metavar="SECONDS", help=LIMIT_HELP)
    how = parser.add_argument_group("how, if not by text")
    how.add_argument("--voice", action="store_true", help="spoken, recognised, and over the real transport")
    how.add_argument("--url", metavar="URL", help="likewise, to the server at this address")
    how.add_argument("--api-key", metavar="KEY", help="of that server")
    how.add_argument("--condition", action="append", default=[], metavar="NAME", help=CONDITION)
    how.add_argument("--client-secret", metavar="@FILE", help="left out: the request is not signed")
    parser.add_argument(
        "--seed", type=_number, metavar="N", help="of all that is left to chance; it is printed"
    )
    parser.add_argument("--real-time", action="store_true", help="for assistants that are on a network")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit's XML")
    parser.add_argument("--output", type=Path, default=Path("try-output"), metavar="DIR", help=OUTPUT)


CONFIG = "default: what a file names, else ./switchhook.toml"
ONLY = "scenarios whose name has this text; may be given several times"
PARALLEL_HELP = "calls at once; default: 50 by text, 2 by voice"
LIMIT_HELP = "after which a call is cut off; default: 300"
CONDITION = "how callers are heard: telephone, noise, babble …; several times: a matrix; all: each"
OUTPUT = "where talk, recording and events of a call are kept that went otherwise; default: try-output"


def _count(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 9999, got {text!r}")
    return int(text)


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"expected a number of up to nine digits, got {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"expected a number of seconds, got {text!r}")
    return float(text)


def run(arguments: argparse.Namespace) -> int:
    from .screen import Screen

    cases = chosen(read_all(arguments.files), arguments.only)
    form = _form(arguments)
    if arguments.seed is None:
        arguments.seed = secrets.randbelow(10**6)
    jobs = list(_jobs(cases, arguments))
    show = Screen(form, arguments.output, json=arguments.json, seed=arguments.seed)
    verdicts = _by_address(jobs, arguments, show) if form == "url" else _by_config(jobs, arguments, show)
    if arguments.junit:
        _write(arguments.junit, verdicts, form)
    return show.finish(verdicts)


def _jobs(cases: Sequence[Case], arguments: argparse.Namespace) -> Iterator[Job]:
    """Raises SettingsError for a condition that there is not."""
    from .by_voice import condition_of
    from .conditions import KNOWN
    from .job import Job

    for case in cases:
        every = [*KNOWN, *(name for name in case.conditions if name not in KNOWN)]
        asked = every if "all" in arguments.condition else list(dict.fromkeys(arguments.condition))
        for condition in asked or [""]:
            for run in range(1, arguments.repeat + 1):
                job = Job(case, run, condition, arguments.seed)
                if condition:
                    condition_of(job)
                yield job


def _form(arguments: argparse.Namespace) -> str:
    """text, voice or url. Raises SettingsError."""
    from switchhook import SettingsError

    if arguments.url is None and (arguments.api_key or arguments.client_secret):
        raise SettingsError("--api-key and --client-secret go with --url")
    if arguments.url is not None and (arguments.voice or arguments.config):
        raise SettingsError("--url: expected neither --voice nor --config beside it")
    if arguments.url is not None and not arguments.api_key:
        raise SettingsError("--api-key is missing; it goes with --url")
    if arguments.condition and arguments.url is None and not arguments.voice:
        raise SettingsError("--condition goes with --voice or --url: a call by text has no audio")
    if arguments.client_secret and not arguments.client_secret.startswith("@"):
        raise SettingsError("--client-secret: expected @FILE, so that no list of processes shows the secret")
    return "url" if arguments.url is not None else "voice" if arguments.voice else "text"


def read_all(paths: Sequence[Path]) -> list[Case]:
    """Raises SettingsError, which tells of all files that are wrong."""
    from switchhook import SettingsError

    from .reading import read

    cases, wrong = [], []
    for file in _files(paths):
        try:
            cases += read(file)
        except SettingsError as error:
            wrong.append(str(error))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return cases


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    from switchhook import SettingsError

    for path in paths:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            raise SettingsError(f"{path}: expected files that end in .toml, there is none")
        yield from inside


def chosen(cases: Sequence[Case], only: Sequence[str]) -> list[Case]:
    """Raises SettingsError where none is left."""
    from switchhook import SettingsError

    found = [
        case for case in cases if not only or any(text.casefold() in case.name.casefold() for text in only)
    ]
    if not found:
        raise SettingsError(f"--only: no scenario has {' or '.join(map(repr, only))} in its name")
    return found


def _by_config(jobs: Sequence[Job], arguments: argparse.Namespace, show: Screen) -> list[Verdict]:
    import anyio

    from switchhook import virtual_time

    from .by_text import by_text, config_of
    from .by_voice import by_voice
    from .playing import refuse_models

    verdicts: list[Verdict] = []
    for config in dict.fromkeys(config_of(job.case, arguments.config) for job in jobs):
        those = [job for job in jobs if config_of(job.case, arguments.config) == config]
        parallel = arguments.parallel or PARALLEL[show.form]
        given = those, config, parallel, arguments.limit, show.verdict
        if show.form == "voice":
            verdicts += anyio.run(by_voice, *given)
        else:
            if not arguments.real_time:
                refuse_models(those)
            verdicts += anyio.run(by_text, *given, **({} if arguments.real_time else virtual_time()))
    return verdicts


def _by_address(jobs: Sequence[Job], arguments: argparse.Namespace, show: Screen) -> list[Verdict]:
    import anyio

    from .by_voice import Address, by_address

    secret = arguments.client_secret[1:] if arguments.client_secret else None
    address = Address(arguments.url, arguments.api_key, secret)
    parallel = arguments.parallel or PARALLEL["url"]
    return anyio.run(by_address, jobs, address, parallel, arguments.limit, show.verdict)


def _write(file: Path, verdicts: Sequence[Verdict], form: str) -> None:
    from switchhook import SettingsError

    from .report import junit

    try:
        file.write_bytes(junit(verdicts, form))
    except OSError as error:
        raise SettingsError(f"--junit: cannot write {file}: {error.strerror}") from None
