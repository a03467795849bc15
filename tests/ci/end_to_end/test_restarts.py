"""Restarts by systemd, whose socket a stand-in holds, and by SIGUSR2, with more workers than there were."""

import re
import signal
import socket
import sys
from contextlib import AsyncExitStack, contextmanager

import anyio
import pytest

from switchhook_audiohook.protocol import events

from ...real.end_to_end.served import PATH, install, served
from ...real.end_to_end.test_successor import TOOK_OVER, succeeded
from ...real.transport_genesys.live import SECRET, dialled

pytestmark = pytest.mark.anyio

START = (
    "import os, sys; fd = int(sys.argv[1]); os.dup2(fd, 3); os.environ.update(LISTEN_FDS='1', "
    "LISTEN_PID=str(os.getpid())); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
)


@pytest.fixture
def unit(tmp_path):
    """Starts the service, as a unit with a socket is started."""
    environ, number = install(tmp_path), iter(range(9))
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as there:

        @contextmanager
        def service(*arguments):
            folder = tmp_path / str(next(number))
            folder.mkdir()
            command = [sys.executable, "-c", START, str(there.fileno()), "-m", "switchhook"]
            options = {"command": command, "pass_fds": [there.fileno()], "environ": environ}
            with served(folder, *arguments, notice="1s", secret=SECRET, **options) as one:
                yield one

        yield service


async def on_thread(asked, *given):
    return await anyio.to_thread.run_sync(asked, *given)


async def answered(one):
    async with dialled(one.url, PATH, SECRET, open_timeout=30) as phone:
        told = await phone.open()
        if isinstance(told, events.Opened):
            await phone.hang_up()
        return told


@pytest.mark.parametrize("arguments", [[], ["--workers", "2"]])
async def test_a_restart_refuses_nobody_where_systemd_has_the_socket(unit, arguments):
    """`systemctl restart`: SIGTERM, the end of the last call, and a start."""
    async with AsyncExitStack() as stack:
        before = await on_thread(stack.enter_context, unit(*arguments))
        phone = await stack.enter_async_context(before.calls())
        assert isinstance(await phone.open(), events.Opened)
        before.signal(signal.SIGTERM)
        assert isinstance(await answered(before), events.Opened)  # within notice
        await anyio.sleep(3)
        given_back = await answered(before)
        assert isinstance(given_back, events.Disconnected)
        assert given_back.reason == "error"  # Genesys tries again
        await phone.hang_up()
        assert await on_thread(before.process.wait, 30) == 0
        told = []

        async def come():
            told.append(await answered(before))

        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(come)
                await anyio.sleep(0.5)
                assert not told  # nobody is there: he waits in the socket
                await on_thread(stack.enter_context, unit(*arguments))
        assert isinstance(told[0], events.Opened)


@pytest.mark.parametrize("before", [[], ["--workers", "2"]])
async def test_calls_are_spread_over_more_workers_than_there_were(tmp_path, before):
    """By SIGUSR2, with another number in the file."""
    workers, calls = 4, 160
    with succeeded(tmp_path, server=f"workers = {before[-1]}" if before else "") as one:
        file = tmp_path / "switchhook.toml"
        others = [line for line in file.read_text().splitlines() if not line.startswith("workers")]
        file.write_text("\n".join(others).replace("[server]", f"[server]\nworkers = {workers}"))
        one.signal(signal.SIGUSR2)
        await on_thread(one.said, TOOK_OVER, 1, 60.0)
        async with AsyncExitStack() as stack:
            async with anyio.create_task_group() as group:  # all at once
                for _ in range(calls):
                    group.start_soon(open_one, stack, one)
            live = [await on_thread(calls_of, one, slot) for slot in range(workers)]
        assert sum(live) == calls
        assert min(live) >= calls / workers / 2


async def open_one(stack, one):
    phone = await stack.enter_async_context(one.calls())
    assert isinstance(await phone.open(), events.Opened)


def calls_of(one, slot):
    _, text = one.get(f"/metrics?worker={slot}")
    return sum(int(float(each)) for each in re.findall(r"^switchhook_calls (\S+)$", text, re.MULTILINE))
