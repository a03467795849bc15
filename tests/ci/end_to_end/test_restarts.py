"""What docs/how-to/restart.md says of a restart by systemd: the socket is held by a stand-in for it."""

import signal
import socket
import sys
from contextlib import AsyncExitStack, contextmanager

import anyio
import pytest

from switchhook_audiohook.protocol import events

from ...real.end_to_end.served import install, served
from ...real.transport_genesys.live import SECRET

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
    async with one.calls() as phone:
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
