"""Call a bot for each scenario of a file, and say which of them went otherwise than expected.

By text, unless told otherwise: the assistant and the handlers of the connector, without audio, in virtual
time. What a file may say is on the page of scenario files.

example:
  switchhook try scenarios/bank.toml

Exit status: 0 when all went as expected, 1 when one did not, 2 when a file or the configuration is wrong.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .by_text import Job
    from .judging import Verdict
    from .reading import Case

GROUP = "make a bot"
PARALLEL = 50  # calls by text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILES", help="scenario files, or folders of such"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=CONFIG)
    parser.add_argument("--only", action="append", default=[], metavar="TEXT", help=ONLY)
    parser.add_argument("--repeat", type=_count, default=1, metavar="N", help="so many times each")
    parser.add_argument("--parallel", type=_count, metavar="N", help=f"calls at once; default: {PARALLEL}")
    parser.add_argument("--real-time", action="store_true", help="for assistants that are on a network")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit's XML")
    parser.add_argument("--output", type=Path, default=Path("try-output"), metavar="DIR", help=OUTPUT)


CONFIG = "default: what a file names, else ./switchhook.toml"
ONLY = "scenarios whose name has this text; may be given several times"
OUTPUT = "where talk and events of a call are kept that went otherwise; default: try-output"


def _count(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 9999, got {text!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from .by_text import Job

    cases = chosen(read_all(arguments.files), arguments.only)
    jobs = [Job(case, run) for case in cases for run in range(1, arguments.repeat + 1)]
    show = _Screen(arguments)
    verdicts = _by_text(jobs, arguments, show)
    if arguments.junit:
        _write(arguments.junit, verdicts)
    return show.finish(verdicts)


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


def _by_text(jobs: Sequence[Job], arguments: argparse.Namespace, show: _Screen) -> list[Verdict]:
    import anyio

    from switchhook import virtual_time

    from .by_text import by_text, config_of

    verdicts: list[Verdict] = []
    for config in dict.fromkeys(config_of(job.case, arguments.config) for job in jobs):
        those = [job for job in jobs if config_of(job.case, arguments.config) == config]
        given = {} if arguments.real_time else virtual_time()
        parallel = arguments.parallel or PARALLEL
        verdicts += anyio.run(by_text, those, config, parallel, show.verdict, **given)
    return verdicts


def _write(file: Path, verdicts: Sequence[Verdict]) -> None:
    from switchhook import SettingsError

    from .report import junit

    try:
        file.write_bytes(junit(verdicts, "text"))
    except OSError as error:
        raise SettingsError(f"--junit: cannot write {file}: {error.strerror}") from None


class _Screen:
    """What a person sees while it runs."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        import time

        self._json, self._output = arguments.json, arguments.output
        self._clock, self._began = time.monotonic, time.monotonic()

    def verdict(self, verdict: Verdict) -> None:
        from . import report
        from .keeping import keep

        kept = None if verdict.ok else keep(verdict, self._output)
        if self._json:
            return
        self._say(f"{'ok  ' if verdict.ok else 'FAIL'}  {report.line(verdict)}", bad=not verdict.ok)
        if kept is not None:
            self._say(f"      {verdict.case.file}:{verdict.case.line}")
            for text in report.talk(verdict):
                self._say(f"      {text}", bad=text.startswith(("EXPECTED", "     GOT")))
            self._say(f"      kept in {kept}")

    def finish(self, verdicts: Sequence[Verdict]) -> int:
        import json

        from .report import summary

        failed = sum(not verdict.ok for verdict in verdicts)
        if self._json:
            print(json.dumps(summary(verdicts, "text"), ensure_ascii=False, default=str))
        else:
            took = self._clock() - self._began
            otherwise = f", {failed} otherwise" if failed else ""
            self._say(f"{len(verdicts)} calls: {len(verdicts) - failed} as expected{otherwise}; {took:.1f} s")
        return 1 if failed else 0

    def _say(self, text: str, *, bad: bool = False) -> None:
        import sys

        from switchhook import painted, visible

        print(painted(visible(text), "red" if bad else None, sys.stdout), flush=True)
