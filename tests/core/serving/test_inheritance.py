"""What two servers know together, of which one follows the other. In virtual time."""

from contextlib import asynccontextmanager

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import Full, virtual_time
from switchhook.serving.state.memory import MemoryState
from switchhook.serving.state.places import CALLS
from switchhook.serving.workers.bequest import Bequest
from switchhook.serving.workers.inherited import Inherited
from switchhook.serving.workers.lending import Lender

pytestmark = pytest.mark.anyio

LASTS = 16.0


class Line:
    """One end of a line, in memory. One that is `deaf` reads nothing."""

    def __init__(self):
        self._put, self._taken = anyio.create_memory_object_stream(1000)
        self.other, self.deaf = None, False

    def put(self, **message):
        try:
            self.other._put.send_nowait(message)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def run(self, take):
        with self._put, self._taken:
            try:
                async for message in self._taken:
                    while self.deaf:
                        await anyio.sleep(0.1)
                    take(message)
            finally:
                self.other._put.close()


def pair():
    one, other = Line(), Line()
    one.other, other.other = other, one
    return one, other


class Server:
    def __init__(self, before=None):
        self.own, self.places, self.live = MemoryState(), [], []
        self.state = Inherited(self.own, before)
        self.state.counted = self.live.append
        self.lender = Lender(self.state, lambda: None)
        self.life = anyio.CancelScope()

    async def run(self, *lines):
        """Until it dies, and with it what it holds."""
        with self.life:
            async with anyio.create_task_group() as group:
                group.start_soon(self.state.run)
                for line in lines:
                    group.start_soon(Bequest(self.own, self.lender).run, line)
                await anyio.sleep_forever()

    async def hold(self, limit, key=CALLS):
        held = await self.state.hold(key, limit)
        if isinstance(held, Full):
            return False
        await held.__aenter__()
        self.places.append(held)
        return True

    async def leave(self):
        await self.places.pop().__aexit__(None, None, None)

    async def all_leave(self):
        while self.places:
            await self.leave()


@asynccontextmanager
async def followed():
    """A server, and the one that follows it."""
    async with anyio.create_task_group() as group:
        ours, theirs = pair()
        before = Server()
        assert await before.state.add_once("first", LASTS)
        after = Server(theirs)
        group.start_soon(before.run, ours)
        group.start_soon(after.run)
        await after.state.learnt.wait()
        yield before, after
        await before.all_leave()
        await after.all_leave()
        group.cancel_scope.cancel()


async def settled():
    for _ in range(10):
        await anyio.lowlevel.checkpoint()


async def test_a_signature_that_was_used_before_is_known_and_the_other_way_round():
    async with followed() as (before, after):
        assert not await after.state.add_once("first", LASTS)
        assert await before.state.add_once("while both run", LASTS)
        assert not await after.state.add_once("while both run", LASTS)
        assert await after.state.add_once("after", LASTS)
        assert not await before.state.add_once("after", LASTS)


async def test_a_signature_is_known_when_the_server_that_took_it_is_gone_and_no_longer_than_it_counts():
    async with followed() as (before, after):
        await anyio.sleep(6)
        assert await before.state.add_once("late", LASTS)
        await settled()
        before.life.cancel()
        await after.state.alone.wait()
        await anyio.sleep(9)
        assert not await after.state.add_once("first", LASTS)
        await anyio.sleep(1)
        assert await after.state.add_once("first", LASTS)
        assert not await after.state.add_once("late", LASTS)


async def test_thousands_of_signatures_are_handed_on():
    ours, theirs = pair()
    before, after = Server(), Server(theirs)
    for number in range(2500):
        await before.state.add_once(str(number), LASTS)
    async with anyio.create_task_group() as group:
        group.start_soon(before.run, ours)
        group.start_soon(after.run)
        await after.state.learnt.wait()
        assert len(after.own.used()) == 2500
        group.cancel_scope.cancel()


async def test_a_server_that_is_full_by_calls_of_the_one_before_knows_it():
    async with followed() as (before, after):
        assert await before.hold(2)
        assert await after.hold(2)
        await settled()
        assert after.live[-1] == 2
        await before.leave()
        await settled()
        assert after.live[-1] == 1
        before.life.cancel()
        await after.state.alone.wait()
        assert after.live[-1] == 0


async def test_what_the_one_before_has_put_is_found():
    async with followed() as (before, after):
        await before.state.put("prompt", b"before", 60)
        assert await after.state.get("prompt") == b"before"
        await after.state.put("prompt", b"after", 60)
        assert await before.state.get("prompt") == b"after"
        assert await after.state.get("nothing") is None


async def test_one_before_that_is_silent_costs_half_a_second_and_no_call(caplog):
    async with followed() as (before, after):
        assert await before.hold(3)
        ours = after.state._line.other
        ours.deaf = True
        began = anyio.current_time()
        assert await after.hold(1)
        assert await after.state.add_once("new", LASTS)
        assert anyio.current_time() - began == pytest.approx(0.5)
        assert "has not answered within 0.5 s" in caplog.text
        ours.deaf = False
        await anyio.sleep(1)
        assert not await after.hold(1)


async def test_the_third_server_knows_of_the_calls_of_the_first():
    async with followed() as (first, second), anyio.create_task_group() as group:
        ours, theirs = pair()
        third = Server(theirs)
        group.start_soon(Bequest(second.own, second.lender).run, ours)
        group.start_soon(third.run)
        await third.state.learnt.wait()
        assert not await third.state.add_once("first", LASTS)
        assert await first.hold(3)
        assert await second.hold(3)
        assert await third.hold(3)
        assert not await third.hold(3)
        await first.leave()
        await settled()
        assert await third.hold(3)
        await third.all_leave()
        group.cancel_scope.cancel()


WHO = st.sampled_from(["before", "after"])
STEPS = st.one_of(
    st.tuples(st.just("hold"), WHO),
    st.tuples(st.just("hold"), WHO),
    st.tuples(st.just("leave"), WHO),
    st.tuples(st.sampled_from(["a", "b", "c"]), WHO),
    st.tuples(st.just("wait"), st.integers(1, 9)),
    st.tuples(st.just("kill"), WHO),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, max_size=40), st.integers(1, 4))
def test_whatever_both_do_and_whichever_dies_limits_hold_and_no_signature_counts_twice(steps, limit):
    async def work():
        until = {"first": LASTS}
        async with followed() as both:
            alive = dict(zip(["before", "after"], both, strict=True))
            for kind, who in steps:
                if kind == "wait":
                    await anyio.sleep(who)
                elif (server := alive.get(who)) is None:
                    continue
                elif kind == "hold":
                    live = sum(len(each.places) for each in alive.values())
                    assert await server.hold(limit) is (live < limit)
                elif kind == "leave":
                    if server.places:
                        await server.leave()
                elif kind == "kill":
                    alive.pop(who).life.cancel()
                else:
                    is_new = until.get(kind, 0.0) <= anyio.current_time()
                    if is_new:
                        until[kind] = anyio.current_time() + LASTS
                    assert await server.state.add_once(kind, LASTS) is is_new
                await settled()

    anyio.run(work, **virtual_time())
