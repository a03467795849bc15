"""Runs cases one after the other, each bounded in time, as long as the server lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import anyio
from websockets.exceptions import InvalidHandshake

from .bench import Bench
from .case import Case
from .profile import Profile
from .pulse import Pulse
from .result import Result
from .verdict import Failed


async def run(
    cases: Iterable[Case], profile: Profile, *, long: bool, tell: Callable[[Result], None]
) -> list[Result]:
    bench, results = Bench(profile), []
    pulse = Pulse(bench)
    for case in cases:
        result = await _try(case, bench, pulse, long)
        tell(result)
        results.append(result)
    return results


async def _try(case: Case, bench: Bench, pulse: Pulse, long: bool) -> Result:
    if lacks := bench.profile.lacks(case.needs):
        return Result(case, "not run", f"the profile lacks {', '.join(lacks)}")
    if case.long and not long:
        return Result(case, "not run", "takes long; say --long")
    if pulse.gone and case.kind != "client":
        return Result(case, "not run", pulse.gone)
    await pulse.before(case)
    began = time.monotonic()
    patience = case.seconds(bench.profile)
    why = f"expected an end within {patience:g} s, got none"
    with anyio.move_on_after(patience):
        why = await _problem(case, bench)
    result = Result(case, "failed" if why else "passed", why, round(time.monotonic() - began, 3))
    return await pulse.after(result)


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
