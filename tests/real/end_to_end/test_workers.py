"""A server of several workers: one port, one log, one admin port, and calls that notice nothing of each other."""

import json
import os
import resource
import signal
from collections import Counter
from contextlib import AsyncExitStack

import anyio
import pytest
from websockets.exceptions import ConnectionClosed

from switchhook_audiohook.protocol import events

from .served import served, wait_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("three"), "--workers", "3") as one:
        yield one


async def callers(stack, server, count):
    """Calls that were opened."""
    phones = []
    for _ in range(count):
        phones.append(await stack.enter_async_context(server.calls()))
        assert isinstance(await phones[-1].open(), events.Opened)
    return phones


async def finish(phones):
    """Each caller hangs up, and is answered."""
    with anyio.fail_after(30):
        for phone in phones:
            await phone.hang_up()


async def on_thread(asked, *given):
    return await anyio.to_thread.run_sync(asked, *given)


def test_it_says_once_that_it_listens(server):
    assert server.log().count("listening on ") == 1
    assert len(server.workers()) == 3


async def test_calls_are_spread_over_the_workers_within_fifteen_percent(server):
    async with AsyncExitStack() as stack:
        phones = await callers(stack, server, 60)
        assert await on_thread(server.figure, "switchhook_calls") == 60
        each = [(await on_thread(server.get, f"/metrics?worker={slot}"))[1] for slot in range(3)]
        live = [
            sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("switchhook_calls "))
            for text in each
        ]
        assert sum(live) == 60
        assert all(17 <= each <= 23 for each in live), live
        await finish(phones)


async def test_every_call_has_its_record(server):
    before = len(server.records())
    async with AsyncExitStack() as stack:
        await finish(await callers(stack, server, 12))
    await on_thread(wait_for, lambda: len(server.records()) >= before + 12)
    assert Counter(each["id"] for each in server.records()).most_common(1)


async def test_the_admin_port_speaks_for_all(server):
    assert await on_thread(server.get, "/readyz") == (200, '{"status": "ready"}')
    assert await on_thread(server.get, "/livez") == (200, '{"status": "alive"}')
    assert (await on_thread(server.get, "/nothing"))[0] == 404


async def test_a_second_server_on_the_port_is_refused(server, tmp_path):
    port = int(server.url.rstrip("/").rpartition(":")[2])
    for arguments in ([], ["--workers", "2"]):
        folder = tmp_path / str(len(arguments))
        folder.mkdir()
        with served(folder, *arguments, port=port) as second:
            assert second.process.wait(timeout=20) == 1
            assert f"port {port} on 127.0.0.1 is in use" in second.log()


async def test_a_configuration_that_is_wrong_is_said_once_and_stops_the_start(tmp_path):
    with served(tmp_path, "--workers", "3", server="max_calls = 2") as one:
        assert one.process.wait(timeout=20) == 2
        assert one.log().count("--workers: expected at most [server] max_calls (2), got 3") == 1


async def test_what_only_a_worker_finds_out_is_said_once_and_stops_the_start(tmp_path):
    with served(tmp_path, "--workers", "3", server='tls = { certificate = "none", key = "none" }') as one:
        assert one.process.wait(timeout=20) == 1
        assert one.log().count("none") == 1


async def test_max_calls_holds_over_all_workers(tmp_path):
    with served(tmp_path, server="workers = 3\nmax_calls = 6") as one:
        async with AsyncExitStack() as stack:
            told = []
            for _ in range(18):
                phone = await stack.enter_async_context(one.calls())
                told.append(await phone.open())
            opened = sum(isinstance(each, events.Opened) for each in told)
            assert opened == 6
            assert await on_thread(one.figure, "switchhook_calls") == opened


# --- a worker that dies


async def test_a_killed_worker_costs_its_own_calls_and_is_replaced(tmp_path):
    with served(tmp_path, "--workers", "3") as one:
        async with AsyncExitStack() as stack:
            phones = await callers(stack, one, 30)
            dead = one.workers()[1]
            share = (await on_thread(one.get, "/metrics?worker=1"))[1]
            lost = int(
                float(
                    next(line for line in share.splitlines() if line.startswith("switchhook_calls ")).split()[
                        1
                    ]
                )
            )
            started = await on_thread(one.figure, "switchhook_calls_started_total")
            os.kill(dead, signal.SIGKILL)
            await on_thread(one.said, rf"process {dead}\) has ended with status -9")
            ended = 0
            for phone in phones:
                try:
                    await phone.hang_up()
                    ended += 1
                except ConnectionClosed:  # its worker is gone
                    assert ended < 30
            assert ended == 30 - lost
            await on_thread(wait_for, lambda: len(one.workers()) == 3)
            await on_thread(wait_for, lambda: one.get("/metrics?worker=1")[0] == 200)
            assert await on_thread(one.figure, "switchhook_calls_started_total") == started
            await finish(await callers(stack, one, 12))


async def test_a_worker_that_cannot_be_started_now_is_started_later_and_the_others_serve_on(tmp_path):
    with served(tmp_path, "--workers", "2") as one:
        first, second = one.workers()
        _, most = limits = resource.prlimit(one.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(one.process.pid, resource.RLIMIT_NOFILE, (3, most))
        os.kill(first, signal.SIGKILL)
        await on_thread(one.said, "worker 0 cannot be started: Too many open files: another is started in")
        async with AsyncExitStack() as stack:
            await finish(await callers(stack, one, 12))  # none of them waits for the one that is not there
        resource.prlimit(one.process.pid, resource.RLIMIT_NOFILE, limits)
        await on_thread(wait_for, lambda: one.get("/metrics?worker=0")[0] == 200)
        assert second in one.workers()


async def test_the_end_of_the_supervisor_ends_its_workers_after_their_calls(tmp_path):
    with served(tmp_path, "--workers", "2") as one:
        workers = one.workers()
        async with one.calls() as phone:
            await phone.open()
            one.process.kill()
            await on_thread(one.said, "the supervisor is gone", 2)
            await phone.hang_up()
        await on_thread(wait_for, lambda: not any(_runs(each) for each in workers))


def _runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


# --- reading the configuration again


async def test_a_rolling_reload_drops_no_call(tmp_path):
    with served(tmp_path, "--workers", "3") as one:
        file = tmp_path / "switchhook.toml"
        async with AsyncExitStack() as stack:
            phones = await callers(stack, one, 30)
            file.write_text(
                file.read_text()
                + '[connectors.other]\nassistant = { use = "memory" }\nstt = { use = "memory" }\ntts = { use = "memory" }\naddress = { integration = "main", instance_id = "2" }\n'
            )
            one.signal(signal.SIGHUP)
            await on_thread(one.said, "is applied after", 3)
            phones += await callers(stack, one, 9)
            await finish(phones)

        def recorded():
            return [each["outcome"] for each in one.records()].count("hung_up") == 39

        await on_thread(wait_for, recorded)


async def test_a_bad_configuration_is_tried_by_one_worker(tmp_path):
    with served(tmp_path, "--workers", "3") as one:
        file = tmp_path / "switchhook.toml"
        file.write_text(file.read_text().replace('stt = { use = "memory" }', 'stt = { use = "nobody" }'))
        one.signal(signal.SIGHUP)
        await on_thread(one.said, "the others are not asked")
        assert one.log().count("is not applied, what was read before stays") == 1
        async with AsyncExitStack() as stack:
            await finish(await callers(stack, one, 6))


@pytest.mark.parametrize("engine", ["memory", "nobody"], ids=["good", "bad"])
async def test_a_worker_that_is_killed_while_it_reads_is_followed_by_one_that_reads_the_same(
    tmp_path, engine
):
    with served(tmp_path, "--workers", "2") as one:
        first, second = one.workers()
        file = tmp_path / "switchhook.toml"
        good = file.read_text()
        file.write_text(good.replace('stt = { use = "memory" }', f'stt = {{ use = "{engine}" }}') + "\n")
        os.kill(first, signal.SIGSTOP)
        one.signal(signal.SIGHUP)
        await on_thread(one.said, "SIGHUP: worker 0 reads")
        os.kill(first, signal.SIGKILL)
        if engine == "memory":
            await on_thread(one.said, r"SIGHUP: worker 1 reads")
            await on_thread(one.said, r"worker 1: .*is applied after")
            assert len(one.workers()) == 2
        else:
            cause = r"\(who was started in its place cannot start\); none have, and the others are not asked"
            await on_thread(one.said, rf"worker 0 has not applied the configuration {cause}")
            file.write_text(good)
            await on_thread(wait_for, lambda: one.get("/metrics?worker=0")[0] == 200)
        assert second in one.workers()
        async with AsyncExitStack() as stack:
            await finish(await callers(stack, one, 6))


async def test_a_changed_file_is_read_by_every_worker(tmp_path):
    with served(tmp_path, "--workers", "2", server="watch = true") as one:
        file = tmp_path / "switchhook.toml"
        file.write_text(file.read_text() + "\n# changed\n")
        await on_thread(one.said, "is applied after", 2)
        assert one.log().count("has changed: worker") == 2


# --- the end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_end_waits_for_the_calls_of_all_workers(tmp_path, number):
    with served(tmp_path, "--workers", "2") as one:
        async with AsyncExitStack() as stack:
            phones = await callers(stack, one, 8)
            one.signal(number)
            if number == signal.SIGTERM:
                await on_thread(wait_for, lambda: one.get("/readyz")[0] == 503)
                assert json.loads((await on_thread(one.get, "/readyz"))[1])["reason"]
                await finish(phones)
            else:
                with anyio.fail_after(20):
                    for phone in phones:
                        await phone.until(
                            lambda phone=phone: any(
                                isinstance(each, events.Disconnected) for each in phone.told
                            )
                        )
                        await phone.hang_up()
        assert await on_thread(one.process.wait, 20) == 0


async def test_who_comes_to_a_worker_without_calls_is_given_back_while_another_has_one(tmp_path):
    """Each has a socket of its own, and nobody waits in that of one who has gone."""
    with served(tmp_path, "--workers", "3") as one:
        async with one.calls() as phone:
            await phone.open()
            one.signal(signal.SIGTERM)
            await on_thread(one.said, "SIGTERM: not ready any more", 3)
            await anyio.sleep(1)  # longer than notice
            for _ in range(12):  # to each worker some
                async with one.calls() as late:
                    told = await late.open()
                    assert isinstance(told, events.Disconnected)
                    assert told.reason == "error"
            await phone.hang_up()
        assert await on_thread(one.process.wait, 20) == 0


async def test_nobody_follows_a_worker_that_is_killed_at_the_end_and_nobody_waits_for_it(tmp_path):
    with served(tmp_path, "--workers", "3") as one:
        async with one.calls() as phone:
            await phone.open()
            [busy] = [at for at in range(3) if "switchhook_calls 1" in one.get(f"/metrics?worker={at}")[1]]
            one.signal(signal.SIGTERM)
            await on_thread(one.said, "SIGTERM: not ready any more", 3)
            os.kill(one.workers()[busy - 1], signal.SIGKILL)
            await on_thread(wait_for, lambda: len(one.workers()) == 2)
            await anyio.sleep(1)  # longer than notice
            with anyio.fail_after(10):
                for _ in range(12):  # who would come to each of three
                    async with one.calls() as late:
                        assert isinstance(await late.open(), events.Disconnected)
            assert len(one.workers()) == 2
            await phone.hang_up()
        assert await on_thread(one.process.wait, 20) == 0


async def test_a_worker_that_somebody_tells_to_end_is_followed_by_another(tmp_path):
    with served(tmp_path, "--workers", "2") as one:
        async with AsyncExitStack() as stack:
            phones = await callers(stack, one, 8)
            [_, second] = one.workers()
            os.kill(second, signal.SIGTERM)
            await on_thread(one.said, "SIGTERM: not ready any more")
            await finish(phones)
        await on_thread(one.said, rf"process {second}\) has ended with status 0")
        async with AsyncExitStack() as stack:
            await finish(await callers(stack, one, 4))


async def test_who_comes_while_one_worker_ends_goes_to_the_others(tmp_path):
    """None is given back, though that one would."""
    with served(tmp_path, "--workers", "2") as one:
        async with AsyncExitStack() as stack:
            phones = await callers(stack, one, 8)
            os.kill(one.workers()[1], signal.SIGTERM)
            await on_thread(one.said, "SIGTERM: not ready any more")
            await anyio.sleep(0.6)  # until its notice is over, and the supervisor told
            await finish([*phones, *await callers(stack, one, 12)])
