"""A server that has more to do than it can: callers who come are given back, and those it has hear every word."""

import importlib
import time
from contextlib import ExitStack
from pathlib import Path

import anyio
import pytest

from switchhook import App, load_settings
from switchhook.serving.server import serving

pytestmark = pytest.mark.anyio
BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
CALLS = 3
LATE = 0.2  # seconds
LET_PASS = LATE / 2  # less than the default, so that the calls that are there are in time all the same


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    load = importlib.import_module("load")
    for name, value in load.ENVIRON.items():
        monkeypatch.setenv(name, value)
    return load


async def work(late):
    while late():
        time.sleep(LATE)
        await anyio.sleep(0.01)


async def ask(program, method="figures"):
    return await anyio.to_thread.run_sync(getattr(program, method))


async def test_new_calls_are_given_back_and_those_that_are_there_go_on(load, tmp_path):
    busy = True
    with ExitStack() as stack:
        backends = stack.enter_context(load.running("load_backends.py", "-", *load.LATENCIES))
        folder = load.configured(tmp_path, "talking", backends.line())
        settings = load_settings(folder / "switchhook.toml")
        strict = settings.server.model_copy(update={"max_late": LET_PASS})
        async with serving(App(settings.model_copy(update={"server": strict}), folder)) as url:
            there = stack.enter_context(load.running("load_callers.py", "talking", url, str(CALLS), "0"))
            await ask(there, "line")
            async with anyio.create_task_group() as group:
                group.start_soon(work, lambda: busy)
                await anyio.sleep(8)
                before = await ask(there)
                newcomers = stack.enter_context(load.running("load_callers.py", "once", url, "2", "0"))
                await ask(newcomers, "line")
                await anyio.sleep(3)
                turned_away = await ask(newcomers)
                busy = False
            await anyio.sleep(8)
            later = stack.enter_context(load.running("load_callers.py", "once", url, "1", "0"))
            await ask(later, "line")
            await anyio.sleep(3)
            after, taken = await ask(there), await ask(later)
    assert turned_away["refused"] == 2
    assert (taken["refused"], taken["live"]) == (0, 1)
    assert after["turns"] > before["turns"]
    assert (after["errors"], after["torn"], after["silent"]) == ([], 0, 0)
