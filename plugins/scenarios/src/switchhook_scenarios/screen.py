"""What a person sees of scenarios while they run."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from switchhook import painted, visible

from . import report
from .judging import Verdict
from .keeping import keep


class Screen:
    """One of the command; `form` is text, voice or url."""

    def __init__(self, form: str, output: Path, *, json: bool, seed: int) -> None:
        self.form, self._output, self._json, self._seed = form, output, json, seed
        self._began = time.monotonic()

    def verdict(self, verdict: Verdict) -> None:
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
        failed = sum(not verdict.ok for verdict in verdicts)
        if self._json:
            data = report.summary(verdicts, self.form, self._seed)
            print(json.dumps(data, ensure_ascii=False, default=str))  # noqa: T201  # a command speaks
        else:
            if len({verdict.condition for verdict in verdicts}) > 1:
                for text in report.matrix(verdicts):
                    self._say(text)
            took = time.monotonic() - self._began
            otherwise = f", {failed} otherwise" if failed else ""
            passed = (
                f"{report.counted(len(verdicts), 'call')}: {len(verdicts) - failed} as expected{otherwise}"
            )
            self._say(f"{passed}; {took:.1f} s, seed {self._seed}")
        return 1 if failed else 0

    def _say(self, text: str, *, bad: bool = False) -> None:
        print(painted(visible(text), "red" if bad else None, sys.stdout), flush=True)  # noqa: T201  # a command speaks
