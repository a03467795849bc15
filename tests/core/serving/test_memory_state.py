"""The state `memory`, in virtual time."""

from collections import defaultdict
from contextlib import AsyncExitStack

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import Full, virtual_time
from switchhook.serving.state.memory import Expiring, MemoryState

pytestmark = pytest.mark.anyio

KEYS = st.sampled_from("abc")
SECONDS = st.sampled_from([0.5, 1.0, 3.0, 20.0])
ONCE = st.tuples(st.just("once"), KEYS, SECONDS)
SLEEP = st.tuples(st.just("sleep"), SECONDS)
HOLD = st.tuples(st.just("hold"), KEYS, st.integers(0, 3))
LEAVE = st.tuples(st.just("leave"), st.integers(0, 20))
PUT = st.tuples(st.just("put"), KEYS, st.binary(max_size=3), SECONDS)
GET = st.tuples(st.just("get"), KEYS)


def in_virtual_time(work):
    return anyio.run(work, **virtual_time())


@given(st.lists(ONCE | SLEEP, max_size=40))
def test_a_key_is_new_once_in_its_time(steps):
    async def work():
        state, known = MemoryState(), {}
        for kind, *said in steps:
            if kind == "sleep":
                await anyio.sleep(said[0])
                continue
            key, seconds = said
            now = anyio.current_time()
            is_new = known.get(key, now) <= now
            assert await state.add_once(key, seconds) is is_new
            if is_new:
                known[key] = now + seconds

    in_virtual_time(work)


@given(st.lists(HOLD | LEAVE, max_size=60))
def test_never_are_more_places_held_than_the_limit_and_none_is_lost(steps):
    async def work():
        state, held = MemoryState(), []
        for kind, *said in steps:
            if kind == "leave":
                if held:
                    _, stack = held.pop(said[0] % len(held))
                    await stack.aclose()
                continue
            key, limit = said
            live = sum(each == key for each, _ in held)
            place = await state.hold(key, limit)
            if live >= limit:
                assert place == Full(key, limit)
            else:
                held.append((key, AsyncExitStack()))
                await held[-1][1].enter_async_context(place)
        for _, stack in held:
            await stack.aclose()
        for key in "abc":
            assert not isinstance(await state.hold(key, 1), Full)

    in_virtual_time(work)


@given(st.lists(PUT | GET | SLEEP, max_size=40))
def test_what_was_put_last_is_there_for_its_time(steps):
    async def work():
        state, kept = MemoryState(), defaultdict(lambda: (0.0, None))
        for kind, *said in steps:
            now = anyio.current_time()
            match kind:
                case "sleep":
                    await anyio.sleep(said[0])
                case "put":
                    key, value, seconds = said
                    await state.put(key, value, seconds)
                    kept[key] = (now + seconds, value)
                case "get":
                    until, value = kept[said[0]]
                    assert await state.get(said[0]) == (value if until > now else None)

    in_virtual_time(work)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 9), st.floats(0.1, 9), st.floats(0, 2)), max_size=80
    )
)
def test_so_much_is_kept_and_no_more_however_often_it_is_replaced(puts):
    kept, now = Expiring(8, 20), 0.0
    for key, weight, seconds, pause in puts:
        kept.put(str(key), key, now, seconds, weight)
        assert kept.get(str(key), now) == key
        assert len(kept) <= 8
        assert sum(each for _, _, each in kept._kept.values()) == kept._weight <= 20
        assert len(kept._ends) <= 2 * len(kept) + 16
        now += pause


async def test_a_full_store_forgets_what_would_be_over_first():
    state = MemoryState(keys=2)
    for key, seconds in (("long", 9), ("short", 3), ("new", 5)):
        assert await state.add_once(key, seconds)
    assert not await state.add_once("long", 9)
    assert not await state.add_once("new", 9)
    assert await state.add_once("short", 9)


async def test_a_smaller_limit_holds_for_those_who_come():
    state = MemoryState()
    async with await state.hold("calls", 2), await state.hold("calls", 2):
        assert isinstance(await state.hold("calls", 1), Full)
    async with await state.hold("calls", 1):
        pass


async def test_nothing_is_left_of_a_key_that_nobody_holds():
    state = MemoryState()
    async with await state.hold("calls", 1):
        await state.hold("calls", 1)
    await state.hold("others", 0)
    assert not state._held
