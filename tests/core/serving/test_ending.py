"""How a server ends, in virtual time: what balancers are told, what becomes of calls, and when."""

from contextlib import asynccontextmanager
from signal import SIGINT, SIGTERM

import anyio
import pytest

from switchhook import Busy
from switchhook.serving.ending import CLOSING, LAST_WORDS, Ending

from .callers import calling, leg

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def told(server):
    """A server that ends by signals: sends one, and knows how long it took from there to the end."""
    send, signals = anyio.create_memory_object_stream(10)

    class Told:
        seconds = None

        def signal(self, number):
            self.began = anyio.current_time()
            send.send_nowait(number)

        async def wait(self):
            await server.ending.wait(signals)
            self.seconds = anyio.current_time() - self.began

    one = Told()
    async with anyio.create_task_group() as group:
        group.start_soon(one.wait)
        yield one
        await anyio.sleep(2000)
        group.cancel_scope.cancel()
    send.close()
    signals.close()


def answers(server):
    """What a balancer and a call that comes are told."""
    return server.ready(), server.admit()


# --- SIGTERM


async def test_a_server_that_was_told_nothing_is_ready_and_takes_calls(serve):
    assert answers(serve()) == (None, None)


async def test_balancers_know_at_once_and_calls_are_taken_for_the_notice(serve):
    server, seen = serve(notice="5s"), []
    async with calling(server, leg()), told(server) as end:
        end.signal(SIGTERM)
        for seconds in (0.01, 4.9, 0.2):
            await anyio.sleep(seconds)
            seen.append(answers(server))
        await server.close()
    stopping = Busy.STOPPING
    assert seen == [(stopping, None), (stopping, None), (stopping, stopping)]


@pytest.mark.parametrize("notice", [0, 5, 30])
async def test_a_server_without_calls_still_takes_them_for_the_notice(serve, notice):
    async with told(serve(notice=notice)) as end:
        end.signal(SIGTERM)
    assert end.seconds == pytest.approx(notice)


async def test_a_call_that_comes_in_the_notice_goes_on_to_its_own_end(serve, written):
    server, caller = serve(notice="5s"), leg()
    async with told(server) as end:
        end.signal(SIGTERM)
        await anyio.sleep(4)
        async with calling(server, caller):
            await anyio.sleep(100)
            assert (caller.outcome, end.seconds) == (None, None)
            caller.close("hung_up")
    assert [record["outcome"] for record in written()] == ["hung_up"]
    assert end.seconds == pytest.approx(105.0)


async def test_a_full_server_says_that_it_is_full_in_the_notice_too(serve):
    server = serve(max_calls=1)
    async with calling(server, leg()), told(server) as end:
        end.signal(SIGTERM)
        await anyio.sleep(1)
        assert answers(server) == (Busy.STOPPING, Busy.FULL)
        await server.close()


async def test_the_last_call_that_ends_ends_the_server(serve):
    server, callers = serve(notice="5s"), [leg("1"), leg("2")]
    async with calling(server, *callers), told(server) as end:
        end.signal(SIGTERM)
        for caller in callers:
            await anyio.sleep(50)
            assert (caller.outcome, end.seconds) == (None, None)
            caller.close("hung_up")
    assert end.seconds == pytest.approx(100.0)


async def test_at_the_drain_limit_the_caller_hears_a_goodbye_and_the_flow_gets_its_variables(serve, written):
    server, caller = serve(notice="5s", drain="60s"), leg()
    [voice] = server.generation.bots["support"].voices
    async with calling(server, caller), told(server) as end:
        end.signal(SIGTERM)
        await anyio.sleep(64.9)
        assert (caller.outcome, bytes(caller.ear)) == (None, b"")
        await anyio.sleep(5)
    assert voice.driver.texts == ["I am sorry, our time is up. One moment please."]
    assert set(caller.ear) == set(voice.driver.sound(*voice.driver.texts))
    assert (caller.outcome.reason, caller.outputs["switchhook_outcome"]) == ("completed", "stopped")
    assert [record["outcome"] for record in written()] == ["stopped"]
    assert 65.0 < end.seconds < 65.0 + LAST_WORDS


async def test_a_voice_that_is_silent_does_not_keep_a_goodbye_for_ever(serve):
    server, caller = serve(notice=0, drain=0), leg()
    [voice] = server.generation.bots["support"].voices
    voice.driver.stall = {"I am sorry, our time is up. One moment please."}
    async with calling(server, caller), told(server) as end:
        end.signal(SIGTERM)
    assert caller.outputs["switchhook_outcome"] == "stopped"
    assert end.seconds <= LAST_WORDS


async def test_a_peer_that_does_not_answer_a_goodbye_does_not_keep_the_server(serve):
    server = serve(notice=0, drain=0)
    async with calling(server, leg(answers=False)), told(server) as end:
        end.signal(SIGTERM)
        await anyio.sleep(LAST_WORDS + 1)
        began = anyio.current_time()
        await server.close()
        assert anyio.current_time() - began <= CLOSING
    assert end.seconds == pytest.approx(LAST_WORDS)


async def test_another_sigterm_costs_no_call_anything(serve):
    server, caller = serve(notice="5s"), leg()
    async with calling(server, caller), told(server) as end:
        for _ in range(3):
            end.signal(SIGTERM)
            await anyio.sleep(20)
        assert caller.outcome is None
        await server.close()


# --- Ctrl-C


async def test_ctrl_c_takes_no_more_calls_and_gives_back_those_that_live(serve):
    server, caller = serve(), leg()
    async with calling(server, caller), told(server) as end:
        end.signal(SIGINT)
        await anyio.sleep(0.01)
        assert answers(server) == (Busy.STOPPING, Busy.STOPPING)
    assert caller.outputs["switchhook_outcome"] == "stopped"
    assert end.seconds <= LAST_WORDS


async def test_ctrl_c_after_sigterm_waits_neither_for_the_notice_nor_for_calls(serve):
    server, caller = serve(notice="30s"), leg()
    async with calling(server, caller), told(server) as end:
        end.signal(SIGTERM)
        await anyio.sleep(1)
        end.signal(SIGINT)
    assert caller.outputs["switchhook_outcome"] == "stopped"
    assert end.seconds <= 1.0


# --- one of several workers


@pytest.fixture
def worker(serve):
    """Others have calls whose callers come by the same port."""
    server = serve(notice="5s", drain="60s")
    server.ending = Ending(server.calls, lambda: server.app.settings.server, among_others=True)
    return server


async def test_a_worker_without_calls_stays_until_the_others_have_none(worker):
    async with told(worker) as end:
        end.signal(SIGTERM)
        with anyio.fail_after(6):
            await worker.ending.idle.wait()
        await anyio.sleep(20)
        assert end.seconds is None
        assert answers(worker) == (Busy.STOPPING, Busy.STOPPING)
        worker.ending.release()
    assert end.seconds == pytest.approx(25)


async def test_a_worker_that_nobody_releases_ends_with_the_drain(worker):
    async with told(worker) as end:
        end.signal(SIGTERM)
    assert end.seconds == pytest.approx(65)


async def test_a_worker_whose_calls_another_process_takes_waits_for_nobody(worker):
    async with told(worker) as end:
        end.began = anyio.current_time()
        worker.ending.leave()
    assert end.seconds == pytest.approx(5)


async def test_two_ctrl_c_end_a_worker_at_once(worker):
    async with told(worker) as end:
        end.signal(SIGINT)
        await anyio.sleep(1)
        end.signal(SIGINT)
    assert end.seconds == pytest.approx(0, abs=0.1)
