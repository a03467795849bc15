"""Who goes on after the steps of a scenario, and who judges its call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from switchhook import AssistantError, SettingsError

from .job import Job, chance
from .judging import Miss, Verdict
from .persona import Ruled
from .report import talk

if TYPE_CHECKING:
    from switchhook import Assistant, CallerMind

    from .modelled import Played


class Play:
    """Of one call. What asks a model is made here, and closed when the call is over."""

    def __init__(self, job: Job) -> None:
        """Raises PluginError and SettingsError."""
        case = job.case
        self._judge: Assistant | None = None
        self._player: Assistant | None = None
        self._played: Played | None = None
        self.mind: CallerMind | None = None
        if by_model(job):
            from . import modelled

            if case.judge:
                self._judge = modelled.judge(case.model or {})
            if case.caller is not None and case.caller.persona:
                self._player = modelled.caller(case.caller, case.model or {})
                self.mind = self._played = modelled.Played(self._player)
        if self.mind is None and case.caller is not None:
            self.mind = Ruled(case.caller, chance(job))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for each in (self._judge, self._player):
                await _enter(stack, each)
            if self._played is not None:
                await stack.enter_async_context(self._played.on_the_line())
            yield

    async def judged(self, verdict: Verdict) -> Verdict:
        """With what the models say of it: a miss, or a note with the reason."""
        case, misses, notes = verdict.case, list(verdict.misses), list(verdict.notes)
        if self._played is not None and self._played.failed:
            misses.append(Miss("caller", "a caller whom the model plays", self._played.failed, case.line))
        for question in case.judge if self._judge is not None else ():
            ok, said = await self._asked("\n".join(talk(verdict)), question)
            if ok:
                notes.append(f"{question} {said}")
            else:
                misses.append(Miss("judge", f"yes to: {question}", said, case.line))
        return replace(verdict, misses=misses, notes=notes)

    async def _asked(self, told: str, question: str) -> tuple[bool, str]:
        from .modelled import verdict_of

        assert self._judge is not None  # noqa: S101  # else nothing is asked
        try:
            return await verdict_of(self._judge, told, question)
        except AssistantError as error:
            return False, f"no verdict: {error}"


def by_model(job: Job) -> bool:
    return bool(job.case.judge or (job.case.caller is not None and job.case.caller.persona))


def refuse_models(jobs: Sequence[Job]) -> None:
    """A model is on a network, which takes time of its own. Raises SettingsError."""
    for job in jobs:
        if by_model(job):
            case = job.case
            raise SettingsError(f"{case.file}:{case.line}: a model takes part: say --real-time")


async def _enter(stack: AsyncExitStack, driver: Any) -> None:
    if isinstance(driver, AbstractAsyncContextManager):
        await stack.enter_async_context(driver)
    elif hasattr(driver, "aclose"):
        stack.push_async_callback(driver.aclose)
