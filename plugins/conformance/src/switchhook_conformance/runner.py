"""Runs cases one after the other, each bounded in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import anyio
from websockets.exceptions import InvalidHandshake

from .bench import Bench
from .case import Case
from .profile import Profile
from .verdict import Failed

State = Literal["passed", "failed", "not run"]


@dataclass(frozen=True, slots=True)
class Result:
    """`why`: expected and got, or what the case lacks."""

    case: Case
    state: State
    why: str = ""
    seconds: float = 0.0


async def run(
    cases: Iterable[Case], profile: Profile, *, long: bool, tell: Callable[[Result], None]
) -> list[Result]:
    bench, results = Bench(profile), []
    for case in cases:
        result = await _try(case, bench, long)
        tell(result)
        results.append(result)
    return results


async def _try(case: Case, bench: Bench, long: bool) -> Result:
    if lacks := bench.profile.lacks(case.needs):
        return Result(case, "not run", f"the profile lacks {', '.join(lacks)}")
    if case.long and not long:
        return Result(case, "not run", "takes long; say --long")
    began = time.monotonic()
    patience = case.seconds(bench.profile)
    why = f"expected an end within {patience:g} s, got none"
    with anyio.move_on_after(patience):
        why = await _problem(case, bench)
    return Result(case, "failed" if why else "passed", why, round(time.monotonic() - began, 3))


async def _problem(case: Case, bench: Bench) -> str:
    try:
        await case.run(bench)
    except Exception as error:  # noqa: BLE001  # what a server does to a client is what is asked here
        return _said(error)
    return ""


def _said(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, Failed):
        return str(error)
    if isinstance(error, InvalidHandshake | OSError | EOFError):
        return f"expected a connection, got {error}"
    return f"expected an answer, got {type(error).__name__}: {error}"
