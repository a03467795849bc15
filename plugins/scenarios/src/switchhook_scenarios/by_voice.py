"""Scenarios over a real transport, with real voices: to a server of our own, or to any by its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio

from switchhook import (
    CallerPlan,
    PlacedCall,
    SettingsError,
    SimulatedCaller,
    did_you_mean,
    load_caller,
    load_settings,
)

from .babble import babble
from .by_text import LONGEST, by_text, connector_of
from .conditions import KNOWN, Condition, Line
from .job import Job, chance
from .judging import Verdict, judged, plan_of
from .playing import Play, by_model
from .server import Server, server

Tell = Callable[[Verdict], None]
TALKED = "completed", "hung_up"  # a caller's own words for how a call ended


@dataclass(frozen=True, slots=True)
class Address:
    """A server that somebody else has started. `client_secret`: the file that holds it."""

    url: str
    api_key: str
    client_secret: str | None = None

    def options(self) -> Mapping[str, Any]:
        given = {"url": self.url, "api_key": self.api_key}
        return given if self.client_secret is None else {**given, "client_secret": self.client_secret}


async def by_voice(
    jobs: Sequence[Job], config: Path, parallel: int, limit: float, tell: Tell
) -> list[Verdict]:
    """What goes otherwise by voice is tried by text, too. Raises SettingsError, PluginError, StartError."""
    settings = load_settings(config)
    names = {connector_of(job.case, settings): None for job in jobs}
    lines = await Lines.of(jobs)
    async with server(config, list(names)) as running:
        given = {"config": str(config), "port": running.port}
        name = settings.transport.use or None
        callers = {each: load_caller(name, {**given, "connector": each}) for each in names}
        seen = Seen(running)

        async def place(job: Job, plan: CallerPlan) -> PlacedCall:
            caller = callers[connector_of(job.case, settings)]
            return await seen.completed(await caller.place(replace(plan, limit=limit, line=lines.line(job))))

        async def told(job: Job, verdict: Verdict) -> Verdict:
            # a model takes time, which there is none of by text
            return verdict if verdict.ok or by_model(job) else await _beside_text(job, verdict, config)

        return await _all(jobs, parallel, place, told, tell)


async def by_address(
    jobs: Sequence[Job], address: Address, parallel: int, limit: float, tell: Tell
) -> list[Verdict]:
    """Of such a server is known what the caller hears and is told: neither actions nor turns."""
    caller: SimulatedCaller = load_caller(options=address.options())
    lines = await Lines.of(jobs)

    async def place(job: Job, plan: CallerPlan) -> PlacedCall:
        return await caller.place(replace(plan, limit=limit, line=lines.line(job)))

    async def told(_: Job, verdict: Verdict) -> Verdict:
        return verdict

    return await _all(jobs, parallel, place, told, tell)


async def _all(jobs: Sequence[Job], parallel: int, place: Any, told: Any, tell: Tell) -> list[Verdict]:
    plays = [Play(job) for job in jobs]
    verdicts: dict[int, Verdict] = {}
    limiter = anyio.CapacityLimiter(parallel)

    async def one(number: int) -> None:
        job, play = jobs[number], plays[number]
        async with limiter, play.running():
            placed = await place(job, replace(plan_of(job.case), mind=play.mind))
            verdict = await play.judged(judged(job.case, placed, job.run, job.condition))
        verdicts[number] = await told(job, verdict)
        tell(verdicts[number])

    async with anyio.create_task_group() as group:
        for number in range(len(jobs)):
            group.start_soon(one, number)
    return [verdicts[number] for number in range(len(jobs))]


class Lines:
    """What is between callers and the network. A job's own noise is the same in each trial of one seed."""

    def __init__(self, talkers: bytes) -> None:
        self._talkers = talkers

    @classmethod
    async def of(cls, jobs: Sequence[Job]) -> Lines:
        """Raises PluginError and SpeechError."""
        wanted = any(job.condition and condition_of(job).background == "babble" for job in jobs)
        return cls(await babble(jobs[0].seed) if wanted else b"")

    def line(self, job: Job) -> Line | None:
        if not job.condition:
            return None
        return Line(condition_of(job), chance(job), self._talkers)


def condition_of(job: Job) -> Condition:
    """Raises SettingsError."""
    known = {**KNOWN, **job.case.conditions}
    if job.condition not in known:
        hint = did_you_mean(job.condition, sorted(known))
        raise SettingsError(f"{job.case.file}: there is no condition {job.condition!r}; {hint}")
    return known[job.condition]


class Seen:
    """What the server's own record tells of a call beside what its caller knows."""

    def __init__(self, running: Server) -> None:
        self._server = running

    async def completed(self, placed: PlacedCall) -> PlacedCall:
        record = await self._server.record_of(placed.conversation_id)
        if record is None:
            if placed.ending in TALKED:  # else nothing could be said against what the bot did
                placed.ending, placed.detail = "lost", "the server has written no record of it"
            return placed
        events, kept = self._server.events_of(record), placed.keep

        def keep(folder: Path) -> None:
            kept(folder)
            (folder / "events.jsonl").write_text(events, "utf-8")
            (folder / "record.json").write_text(record.line() + "\n", "utf-8")

        placed.record, placed.keep = record, keep
        if placed.ending in TALKED:
            placed.ending, placed.detail = record.outcome, record.reason
        return placed


async def _beside_text(job: Job, verdict: Verdict, config: Path) -> Verdict:
    """Is it the bot, or what it heard? A call by text takes no time, in a loop of its own."""
    text = await anyio.to_thread.run_sync(_text_alone, job, config)
    note = "by text it goes as expected" if text.ok else "by text it goes otherwise, too"
    return replace(verdict, notes=(*verdict.notes, note))


def _text_alone(job: Job, config: Path) -> Verdict:
    from switchhook import virtual_time

    [alone] = anyio.run(by_text, [job], config, 1, LONGEST, lambda _: None, **virtual_time())
    return alone
