"""One call to be placed: a scenario, and the chance that it has."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from .reading import Case


class Job(NamedTuple):
    """A scenario, which time it is run, and under which condition; empty: none is asked for. `seed`: of all
    that is left to chance."""

    case: Case
    run: int = 1
    condition: str = ""
    seed: int = 0


def chance(job: Job) -> Random:
    """Its own, whatever runs beside it."""
    return Random(f"{job.seed} {job.case.name} {job.condition} {job.run}")  # noqa: S311  # nothing is secret
