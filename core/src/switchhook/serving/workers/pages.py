"""The admin port of a supervisor: what it says is of all workers together."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import parse_qs

import anyio

from ...contract.findings import AdminPage
from ..process.admin import NOT_FOUND, Answer, status, status_page
from .crew import Crew
from .line import packed, unpacked
from .worker import Worker

Asked = TypeVar("Asked")


class Pages:
    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._last: dict[Worker, dict[str, AdminPage]] = {}
        self._gone: dict[str, list[AdminPage]] = {}

    def bury(self, worker: Worker) -> None:
        """It has ended: what it counted still counts."""
        for path, page in self._last.pop(worker, {}).items():
            self._gone.setdefault(path, []).append(page)

    async def answer(self, path: str, query: str) -> Answer:
        if path in ("/livez", "/readyz"):
            return await self._health(path)
        workers = self._crew.all_ready()
        if one := parse_qs(query).get("worker"):
            workers = [each for each in workers if str(each.slot) == one[0]]
        tables = await _all(each.ask_page(page=path) for each in workers)
        said = {each: page for each, table in zip(workers, tables, strict=True) if (page := unpacked(table))}
        if one and said:
            return 200, next(iter(said.values()))
        for worker, page in self._of_the_living(said).items():
            self._last.setdefault(worker, {})[path] = page
        known = {each: self._last[each][path] for each in workers if path in self._last.get(each, {})}
        if one or not known:
            return NOT_FOUND
        return await self._merged(path, known, list(said))

    def _of_the_living(self, pages: dict[Worker, AdminPage]) -> dict[Worker, AdminPage]:
        """What one has counted that has ended meanwhile is among what is gone."""
        return {each: page for each, page in pages.items() if self._crew.in_slot(each.slot) is each}

    async def _merged(self, path: str, pages: dict[Worker, AdminPage], mergers: Sequence[Worker]) -> Answer:
        """Of one that does not answer now, what it said last: a counter that went back would be taken for a
        start from nothing."""
        for merger in mergers:
            await self._shorten(path, merger)
            merged = await _merge(merger, path, self._of_the_living(pages), self._gone.get(path, []))
            if merged is not None:
                return 200, merged
            if not merger.ended.is_set():
                return 404, status(status="each worker has its own", paths=f"{path}?worker=0 and so on")
        return 503, status(status="no worker answers now")

    async def _shorten(self, path: str, merger: Worker) -> None:
        """One page of all that are gone, of which there may be more when it is made."""
        gone = self._gone.get(path, [])
        if len(taken := list(gone)) < 2 or (page := await _merge(merger, path, {}, taken)) is None:
            return
        if gone[: len(taken)] == taken:  # else who asked at the same time has done it
            gone[: len(taken)] = [page]

    async def _health(self, path: str) -> Answer:
        """Calls should come as long as one worker is ready."""
        found = await _all(each.health() for each in self._crew)
        reasons = [reason for reason, _ in found] or ["no worker runs"]
        reason = None if None in reasons else reasons[0]
        answer = status_page(path, reason, alive=any(alive for _, alive in found))
        return answer or NOT_FOUND


async def _merge(
    worker: Worker, path: str, pages: Mapping[Worker, AdminPage], gone: Sequence[AdminPage]
) -> AdminPage | None:
    by_slot = [(each.slot, packed(page)) for each, page in pages.items()]
    given = {"pages": by_slot, "gone": [packed(each) for each in gone]}
    return unpacked(await worker.ask_page(merge=path, **given))


async def _all(asked: Iterable[Awaitable[Asked]]) -> list[Asked]:
    """At the same time."""
    found: dict[int, Asked] = {}

    async def one(at: int, each: Awaitable[Asked]) -> None:
        found[at] = await each

    async with anyio.create_task_group() as group:
        for at, each in enumerate(asked):
            group.start_soon(one, at, each)
    return [found[at] for at in sorted(found)]
