"""`kill -9` at moments drawn at random, under load: no call that had ended is lost, none is there twice, and each
that was interrupted says so."""

import os
import random
import signal
import sqlite3
import time
from dataclasses import dataclass
from uuid import uuid4

import anyio
import pytest

from ...real.end_to_end.served import served

pytestmark = pytest.mark.anyio
CALLERS, MOMENTS = 20, int(os.environ.get("MOMENTS", "5"))
SINK = '\n[[records.sinks]]\nuse = "sql"\nfile = "records.db"\n'
SURE = 1.0  # seconds: what happened so long before a kill was written


@pytest.fixture
def anyio_backend():
    return "asyncio"


@dataclass
class Placed:
    """What a caller knows of its call: when it was answered, and when the server had said goodbye."""

    name: str
    opened: float
    closed: float | None = None


async def call(server, placed, draw):
    one = Placed(str(uuid4()), 0.0)
    try:
        async with server.calls() as phone:
            await phone.open(conversation=one.name)
            one.opened = time.monotonic()
            placed.append(one)
            await anyio.sleep(draw.uniform(0.05, 3.0))
            await phone.hang_up()
            one.closed = time.monotonic()
    except (OSError, EOFError, ExceptionGroup, AssertionError):  # its worker was killed
        await anyio.sleep(0.1)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "websockets":
            raise
        await anyio.sleep(0.1)


async def load(server, placed, draw):
    while True:
        await call(server, placed, draw)


async def kill_at_random(server, moments, draw):
    kills = []
    for _ in range(moments):
        await anyio.sleep(draw.uniform(1.0, 3.0))
        victim = draw.choice(await anyio.to_thread.run_sync(server.workers))
        os.kill(victim, signal.SIGKILL)
        kills.append(time.monotonic())
        await anyio.to_thread.run_sync(ready, server)
    return kills


def ready(server):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if len(server.workers()) == 2 and server.get("/readyz")[0] == 200:
            return
        time.sleep(0.05)
    raise AssertionError(server.log())


def stored(server):
    with sqlite3.connect(server.folder / "records.db") as database:
        asked = "SELECT conversation_id, outcome, json_extract(record, '$.closed') FROM switchhook_calls"
        rows = database.execute(asked).fetchall()
    database.close()
    return rows


async def test_no_record_is_lost_and_none_comes_twice(tmp_path, capsys):
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")  # noqa: T201  # pytest shows it where the test fails
    draw, placed = random.Random(seed), list[Placed]()
    with served(tmp_path, "--workers", "2", tables=SINK) as server:
        async with anyio.create_task_group() as group:
            for _ in range(CALLERS):
                group.start_soon(load, server, placed, draw)
            kills = await kill_at_random(server, MOMENTS, draw)
            await anyio.sleep(SURE)
            group.cancel_scope.cancel()
        await anyio.to_thread.run_sync(settled, server, placed)
        found = stored(server)
    judge(placed, kills, found)


def settled(server, placed):
    """Until nothing more comes."""
    count, since = -1, time.monotonic()
    while time.monotonic() - since < 12.0:  # other workers look for what a killed one left every ten seconds
        if (now := len(stored(server))) != count:
            count, since = now, time.monotonic()
        time.sleep(0.2)
    assert count >= len([each for each in placed if each.closed])


def judge(placed, kills, found):
    names = [name for name, *_ in found]
    assert len(names) == len(set(names)), "a record is there twice"
    told = {name: (outcome, closed) for name, outcome, closed in found}
    surely = [each for each in placed if each.closed and min(_before(kills, each.closed)) > SURE]
    lost = [each for each in surely if told.get(each.name, ("",))[0] in ("", "interrupted")]
    assert lost == [], "calls that had ended are lost, or are said to be interrupted"
    cut = [each for each in placed if each.closed is None and min(_before(kills, each.opened)) > SURE]
    unmarked = [each for each in cut if each.name not in told]
    assert unmarked == [], "calls that were interrupted left no record"
    assert len([each for each in told.values() if each == ("interrupted", "interrupted")]) > 0
    assert len(surely) > CALLERS


def _before(kills, moment):
    """Seconds from that moment to each kill that came after it."""
    return [kill - moment for kill in kills if kill >= moment] or [float("inf")]
