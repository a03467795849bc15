"""Scenarios without audio: assistant and handlers are asked, speech engines are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import anyio

from switchhook import App, Rehearsal, Settings, SettingsError, load_settings

from .job import Job
from .judging import Verdict, judged, plan_of
from .playing import Play
from .reading import Case

CONFIG = Path("switchhook.toml")
PARALLEL = 50  # calls at once
LONGEST = 300.0  # seconds of a call


def connector_of(case: Case, settings: Settings) -> str:
    """Raises SettingsError."""
    known = sorted(settings.connectors)
    if case.connector is None and len(known) == 1:
        return known[0]
    if case.connector not in known:
        named = "no connector" if case.connector is None else f"the connector {case.connector!r}"
        raise SettingsError(f"{case.file}: names {named}; known: {', '.join(known) or 'none'}")
    return case.connector


def config_of(case: Case, given: Path | None) -> Path:
    return given or case.config or CONFIG


async def by_text(
    jobs: Sequence[Job], config: Path, parallel: int, limit: float, tell: Callable[[Verdict], None]
) -> list[Verdict]:
    """In the order of `jobs`; `tell` as they come. Raises SettingsError, PluginError and StartError."""
    app = App(load_settings(config), config.parent.absolute())
    plays = [Play(job) for job in jobs]
    plans = [
        replace(plan_of(job.case), limit=limit, mind=play.mind) for job, play in zip(jobs, plays, strict=True)
    ]
    rehearsals = [
        Rehearsal(app, connector_of(job.case, app.settings), plan)
        for job, plan in zip(jobs, plans, strict=True)
    ]
    verdicts: dict[int, Verdict] = {}
    limiter = anyio.CapacityLimiter(parallel)

    async def one(number: int) -> None:
        async with limiter, plays[number].running():
            placed = await rehearsals[number].run()
            verdict = judged(jobs[number].case, placed, jobs[number].run)
            verdicts[number] = await plays[number].judged(verdict)
        tell(verdicts[number])

    async with app.lifespans(), anyio.create_task_group() as group:
        for number in range(len(jobs)):
            group.start_soon(one, number)
    return [verdicts[number] for number in range(len(jobs))]
