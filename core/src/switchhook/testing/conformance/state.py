"""What a state must hold."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import anyio

from ...contract.state import Full, State
from .report import Report, Sentence, examine

SHORT, LONG = 0.5, 60.0  # seconds
SOME = 20  # that ask at once
VALUE = bytes(range(256)) * 16

ONCE = Sentence(
    "of several that ask at once whether a key is new, one is told so",
    "a signed request that somebody repeats is taken again",
)
WHILE = Sentence(
    "a key is known for its time, and new again after it",
    "a repeated request is taken, or memory is full of old ones",
)
LIMIT = Sentence(
    "`hold` gives as many places as the limit says, and then Full", "more calls come than the server can bear"
)
BACK = Sentence("a place that was left is there again", "the server takes no calls any more")
OTHERS = Sentence("keys have nothing to do with each other", "calls of one bot take the places of another")
SMALLER = Sentence(
    "a smaller limit than before holds for those who come", "a limit that was lowered does not hold"
)
VALUES = Sentence("`get` gives what was put last, and None where nothing was", "another prompt is heard")
ENDS = Sentence("what was put is not there after its time", "a prompt is heard that was taken back long ago")
NEVER = Sentence("no question raises, or takes longer than a second", "each new call waits for it")


async def check_state(factory: Callable[[], State]) -> None:
    """It may be one that others use too: the keys are made up. Raises ContractBroken."""
    report = Report("State")
    await examine(report, factory, lambda state: _examine(report, state))
    report.close()


async def _examine(report: Report, state: State) -> None:
    mark = f"conformance/{secrets.token_hex(8)}"
    for part in (_once, _places, _values):
        with report.within(NEVER, "an answer", 1.0 + 2 * SHORT):
            await part(report, state, mark)


async def _once(report: Report, state: State, mark: str) -> None:
    told: list[bool] = []

    async def ask(key: str, seconds: float) -> None:
        told.append(await state.add_once(key, seconds))

    async with anyio.create_task_group() as group:
        for _ in range(SOME):
            group.start_soon(ask, f"{mark}/once", LONG)
    report.hold(told.count(True) == 1, ONCE, f"True once of {SOME} times", told.count(True))
    first = await state.add_once(f"{mark}/while", SHORT)
    await anyio.sleep(SHORT / 2)
    second = await state.add_once(f"{mark}/while", LONG)
    report.hold((first, second) == (True, False), WHILE, "True, then False", (first, second))
    await anyio.sleep(SHORT)
    again = await state.add_once(f"{mark}/while", SHORT)
    report.hold(again, WHILE, f"True after {SHORT:g} seconds, which is what was asked first", again)


async def _places(report: Report, state: State, mark: str) -> None:
    key, given, full, left = f"{mark}/places", 0, 0, anyio.Event()

    async def ask(*, task_status: anyio.abc.TaskStatus[None]) -> None:
        nonlocal given, full
        held = await state.hold(key, 3)
        if isinstance(held, Full):
            full += 1
            task_status.started()
            return
        async with held:
            given += 1
            task_status.started()
            await left.wait()

    async with anyio.create_task_group() as group:
        for _ in range(5):
            await group.start(ask)
        report.hold((given, full) == (3, 2), LIMIT, "3 places of 3, and Full twice", (given, full))
        report.hold(await _has_room(state, f"{key}/other", 1), OTHERS, "a place under another key", "Full")
        report.hold(not await _has_room(state, key, 2), SMALLER, "Full where 3 of 2 are held", "a place")
        left.set()
    report.hold(await _has_room(state, key, 1), BACK, "a place once all were left", "Full")


async def _has_room(state: State, key: str, limit: int) -> bool:
    held = await state.hold(key, limit)
    if isinstance(held, Full):
        return False
    async with held:
        return True


async def _values(report: Report, state: State, mark: str) -> None:
    key = f"{mark}/value"
    nothing = await state.get(key)
    report.hold(nothing is None, VALUES, "None where nothing was put", nothing)
    await state.put(key, b"before", LONG)
    await state.put(key, VALUE, SHORT)
    last = await state.get(key)
    report.hold(last == VALUE, VALUES, "the bytes that were put last", f"{last!r:.40}")
    await anyio.sleep(2 * SHORT)
    late = await state.get(key)
    report.hold(late is None, ENDS, f"None after {SHORT:g} seconds", f"{late!r:.40}")
