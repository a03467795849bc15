"""SIGUSR2: another process on the same sockets. And the sockets of systemd."""

import os
import re
import signal
import socket
import sys
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import anyio
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from switchhook_audiohook.protocol import events

from ..transport_genesys.live import headers_for
from .served import PATH, install, served, wait_for

pytestmark = pytest.mark.anyio

TOOK_OVER = r"SIGUSR2: process (\d+) takes the calls"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@contextmanager
def succeeded(folder, *arguments, **more):
    """Whoever took over is ended too."""
    with served(folder, *arguments, **more) as one:
        try:
            yield one
        finally:
            for process in _successors(one):
                os.kill(process, signal.SIGINT)
                wait_for(lambda process=process: not runs(process), 20.0, one.log)


def _successors(one):
    return [int(each) for each in re.findall(TOOK_OVER, one.log()) if runs(int(each))]


def runs(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def on_thread(asked, *given):
    return await anyio.to_thread.run_sync(asked, *given)


async def opened(stack, one, count):
    phones = []
    for _ in range(count):
        phones.append(await stack.enter_async_context(one.calls()))
        assert isinstance(await phones[-1].open(), events.Opened)
    return phones


async def hung_up(phones):
    with anyio.fail_after(30):
        for phone in phones:
            await phone.hang_up()


@pytest.mark.parametrize(
    ("arguments", "after"),
    [([], ""), (["--workers", "3"], ""), ([], "workers = 2"), ("3", "workers = 2")],
    ids=["one process", "three workers", "one, then two", "three, then two"],
)
async def test_no_call_is_dropped_or_refused_while_another_process_takes_over(tmp_path, arguments, after):
    before = "workers = 3" if arguments == "3" else ""
    with succeeded(tmp_path, *(arguments if isinstance(arguments, list) else []), server=before) as one:
        file = tmp_path / "switchhook.toml"
        if after:
            text = file.read_text().replace("workers = 3\n", "")
            file.write_text(text.replace("[server]\n", f"[server]\n{after}\n"))
        async with AsyncExitStack() as stack:
            phones = await opened(stack, one, 10)
            port = one.url
            one.signal(signal.SIGUSR2)
            with anyio.fail_after(60):
                while not re.search(TOOK_OVER, one.log()):  # calls come in all the time
                    await hung_up(await opened(stack, one, 1))
            phones += await opened(stack, one, 20)
            assert one.url == port
            assert one.process.poll() is None  # its calls are live
            await hung_up(phones)
        assert await on_thread(one.process.wait, 30) == 0
        async with AsyncExitStack() as stack:
            await hung_up(await opened(stack, one, 3))
        assert (await on_thread(one.get, "/readyz"))[0] == 200
        assert {each["outcome"] for each in one.records()} == {"hung_up"}
        assert "as the kernel's hash has it" not in one.log()  # whoever took over spreads calls too


async def test_limits_and_used_signatures_hold_over_both_and_when_the_one_before_is_killed(tmp_path):
    with succeeded(tmp_path, server="max_calls = 3") as one:
        signed = {}

        def the_same():
            headers = signed.setdefault("headers", headers_for(one.url, PATH, one.secret))
            return connect(
                one.url.rstrip("/") + PATH, additional_headers=headers, compression=None, proxy=None
            )

        async def is_replayed():
            before = one.log().count("401, nonce-replayed")
            with pytest.raises(InvalidStatus):
                async with the_same():
                    pass
            return one.log().count("401, nonce-replayed") == before + 1

        async def is_taken(stack):
            phone = await stack.enter_async_context(one.calls())
            return isinstance(await phone.open(), events.Opened)

        async with AsyncExitStack() as stack:
            [phone, _] = await opened(stack, one, 2)
            one.signal(signal.SIGUSR2)
            await on_thread(one.said, "loading ", 2)
            async with the_same():
                pass
            await on_thread(one.said, TOOK_OVER)
            assert await is_replayed()
            assert await is_taken(stack)
            assert not await is_taken(stack)
            assert (await on_thread(one.get, "/readyz"))[0] == 503
            await phone.hang_up()
            with anyio.fail_after(5):
                while not await is_taken(stack):
                    await anyio.sleep(0.02)
            assert not await is_taken(stack)
            one.process.kill()
            assert await on_thread(one.process.wait, 20) == -signal.SIGKILL
            assert await is_replayed()
            with anyio.fail_after(5):
                while not await is_taken(stack):
                    await anyio.sleep(0.02)
            assert not await is_taken(stack)


@pytest.mark.parametrize("arguments", [[], ["--workers", "2"]])
async def test_one_that_cannot_start_changes_nothing(tmp_path, arguments):
    with succeeded(tmp_path, *arguments) as one:
        file = tmp_path / "switchhook.toml"
        good = file.read_text()
        file.write_text(good.replace('stt = { use = "memory" }', 'stt = { use = "nobody" }'))
        one.signal(signal.SIGUSR2)
        await on_thread(one.said, "it ended before it was ready, with status 2; nothing has changed")
        async with AsyncExitStack() as stack:
            await hung_up(await opened(stack, one, 4))
        file.write_text(good)
        one.signal(signal.SIGUSR2)
        await on_thread(one.said, TOOK_OVER)


async def test_systemd_is_told_which_process_is_the_server_now(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(str(tmp_path / "notify"))
        there.settimeout(20)
        environ = {**install(tmp_path), "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with succeeded(tmp_path, environ=environ) as one:
            one.signal(signal.SIGUSR2)
            await on_thread(one.said, TOOK_OVER)
            [process] = re.findall(TOOK_OVER, one.log())
            told = ""
            while not told.startswith("MAINPID"):
                told = (await on_thread(there.recv, 4096)).decode()
            assert told == f"MAINPID={process}"


@pytest.mark.parametrize("arguments", [[], ["--workers", "2"]])
async def test_sockets_of_systemd_are_taken(tmp_path, arguments):
    """A stand-in for systemd, which says which process they are for."""
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        start = (
            "import os, sys; fd = int(sys.argv[1]); os.dup2(fd, 3); os.environ.update(LISTEN_FDS='1', "
            "LISTEN_PID=str(os.getpid())); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
        )
        command = [sys.executable, "-c", start, str(first.fileno()), "-m", "switchhook"]
        with succeeded(tmp_path, *arguments, command=command, pass_fds=[first.fileno()]) as one:
            assert one.url == f"ws://127.0.0.1:{port}/"
            async with AsyncExitStack() as stack:
                await hung_up(await opened(stack, one, 6))
