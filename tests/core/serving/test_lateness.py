"""How late the event loop is, in virtual time."""

import threading

import anyio
import pytest
import trio.testing

from switchhook import Busy
from switchhook.plugins.watchdog import BEAT
from switchhook.serving.measuring.lateness import RECENT, STUCK, Lateness

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return trio.testing.MockClock(autojump_threshold=0)


@pytest.fixture
def anyio_backend(clock):
    return ("trio", {"clock": clock})


@pytest.fixture
async def served(serve, anyio_backend):
    """A server that answers calls, and what it measured."""
    server, told = serve(), []
    server.succession._measured = lambda name, value, labels: told.append((name, round(value, 3)))
    async with server.succession.running():
        await anyio.sleep(2)
        yield server, told


def late(told):
    return [value for name, value in told if name == "loop_late_seconds"]


async def test_a_loop_that_is_in_time_is_alive_and_measured_once_a_second(served):
    server, told = served
    told.clear()
    await anyio.sleep(10)
    assert server.alive()
    assert len(late(told)) == pytest.approx(10, abs=1)
    assert max(late(told)) == 0.0


async def test_what_plugins_measure_in_any_thread_is_told_within_two_seconds(served):
    server, told = served
    told.clear()
    thread = threading.Thread(target=server.app.measured, args=("melons", 2.0, {}))
    thread.start()
    thread.join()
    await anyio.sleep(2)
    assert [each for each in told if each[0] == "melons"] == [("melons", 2.0)]


async def test_the_worst_of_a_second_is_measured(served, clock):
    _, told = served
    for seconds in (0.3, 0.7, 0.2):
        clock.jump(seconds + BEAT)
        await anyio.sleep(0.001)
    await anyio.sleep(2)
    assert 0.6 < max(late(told)) < 0.8


async def test_who_asks_a_loop_that_was_just_stuck_is_told_before_the_beat_has_come(served, clock):
    server, _ = served
    clock.jump(STUCK + 2 * BEAT)
    assert not server.alive()


async def test_a_loop_that_was_stuck_is_alive_again_after_a_while(served, clock, caplog):
    server, _ = served
    clock.jump(STUCK + 2 * BEAT)
    await anyio.sleep(RECENT - 1)
    assert not server.alive()
    await anyio.sleep(2)
    assert server.alive()
    assert sum("the event loop was stuck for 5.0 s" in line for line in caplog.messages) == 1


async def test_a_loop_that_was_late_for_less_than_that_is_alive(served, clock):
    server, _ = served
    clock.jump(STUCK - 1)
    assert server.alive()
    await anyio.sleep(1)
    assert server.alive()


def test_a_server_that_does_not_answer_calls_yet_is_alive(serve):
    async def asked():
        return serve().alive()

    assert anyio.run(asked)


async def be_late(clock, seconds, each):
    """The loop is late again and again, as where there is more to do than a core can."""
    for _ in range(round(seconds / (each + BEAT))):
        clock.jump(each + BEAT)
        await anyio.sleep(0.001)


async def test_a_loop_that_is_usually_late_turns_new_calls_away_and_balancers_are_told(served, clock):
    server, _ = served
    assert server.admit() is server.ready() is None
    await be_late(clock, 20, each=2.0)
    assert server.admit() is server.ready() is Busy.LATE


async def test_one_stall_turns_nobody_away(served, clock):
    server, _ = served
    clock.jump(0.9)
    await anyio.sleep(0.01)
    assert server.admit() is None


async def test_a_loop_that_is_a_little_late_turns_nobody_away(served, clock):
    server, _ = served
    await be_late(clock, 20, each=0.1)
    assert server.admit() is None


async def test_calls_are_taken_again_when_the_loop_is_well_in_time_and_not_at_the_limit(served, clock):
    server, _ = served
    await be_late(clock, 20, each=2.0)
    assert server.admit() is Busy.LATE
    await be_late(clock, 20, each=0.8)
    assert server.admit() is Busy.LATE
    await anyio.sleep(10)
    assert server.admit() is None


async def test_the_log_says_once_that_calls_are_turned_away_and_once_that_they_are_not(served, clock, caplog):
    server, _ = served
    await be_late(clock, 20, each=2.0)
    for _ in range(10):
        server.admit()
    await anyio.sleep(10)
    for _ in range(10):
        server.admit()
    assert sum("new calls are turned away" in line for line in caplog.messages) == 1
    assert sum("new calls are taken" in line for line in caplog.messages) == 1


@pytest.mark.parametrize(("worked", "is_held_up"), [(0.95, False), (0.3, True)])
async def test_the_log_tells_a_loop_that_has_too_much_to_do_from_one_that_is_held_up(
    clock, anyio_backend, caplog, worked, is_held_up
):
    lateness = Lateness(lambda: worked * anyio.current_time())
    for _ in range(20):
        clock.jump(2.0 + BEAT)
        await anyio.sleep(0)
        lateness.note(2.0)
    assert lateness.is_over(1.0)
    [line] = [line for line in caplog.messages if "new calls are turned away" in line]
    assert ("something else holds it up" in line) is is_held_up


async def test_how_late_is_too_late_is_a_setting(serve, clock, anyio_backend):
    server = serve(max_late=4.0)
    async with server.succession.running():
        await be_late(clock, 20, each=2.0)
        assert server.admit() is None
