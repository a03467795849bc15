"""For pytest: a scenario is a test, by text. Files are found in folders named `scenarios`, and where named.

It is loaded with every run of pytest, so what it needs is imported when there is a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .judging import Verdict
    from .reading import Case

FOLDER, SUFFIX = "scenarios", ".toml"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix != SUFFIX:
        return None
    if file_path.parent.name != FOLDER and not parent.session.isinitpath(file_path):
        return None
    made: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return made


class ScenarioFile(pytest.File):
    """All of its calls are placed side by side, when the first of its tests runs."""

    _verdicts: dict[str, Verdict] | None = None

    def collect(self) -> Iterator[pytest.Item]:
        from switchhook import SettingsError

        from .reading import read

        try:
            cases = read(self.path)
        except SettingsError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield ScenarioItem.from_parent(self, name=case.name, case=case)

    def verdict(self, case: Case) -> Verdict:
        """Raises SwitchhookError."""
        if self._verdicts is None:
            asked = (item for item in self.session.items if isinstance(item, ScenarioItem))
            self._verdicts = _placed([item.case for item in asked if item.parent is self])
        return self._verdicts[case.name]


class ScenarioItem(pytest.Item):
    def __init__(self, *, case: Case, **given: Any) -> None:
        super().__init__(**given)
        self.case = case

    def runtest(self) -> None:
        from switchhook import SwitchhookError

        from .report import talk

        file = self.parent
        assert isinstance(file, ScenarioFile)  # noqa: S101  # nobody else makes one
        try:
            verdict = file.verdict(self.case)
        except SwitchhookError as error:
            pytest.fail(str(error), pytrace=False)
        if not verdict.ok:
            pytest.fail("\n".join(talk(verdict)), pytrace=False)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, self.case.line - 1, self.name


def _placed(cases: list[Case]) -> dict[str, Verdict]:
    import anyio

    from switchhook import virtual_time

    from .by_text import LONGEST, PARALLEL, by_text, config_of
    from .job import Job
    from .playing import refuse_models

    jobs = [Job(case) for case in cases]
    refuse_models(jobs)
    config = config_of(cases[0], None)
    given = jobs, config, PARALLEL, LONGEST, lambda _: None
    return {verdict.case.name: verdict for verdict in anyio.run(by_text, *given, **virtual_time())}
