"""A state that fails, as calls ask it: they are told within a second, as `when_lost` says."""

import logging
from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook import Full
from switchhook.serving.state.memory import MemoryState
from switchhook.serving.state.sure import LARGEST, PATIENCE, REST, SureState

pytestmark = pytest.mark.anyio


class Sick(MemoryState):
    """Does what `how` says before it answers."""

    def __init__(self):
        super().__init__()
        self.how = anyio.lowlevel.checkpoint

    async def add_once(self, key, seconds, /):
        await self.how()
        return await super().add_once(key, seconds)

    async def hold(self, key, limit, /):
        await self.how()
        return self._leaving(await super().hold(key, limit))

    async def get(self, key, /):
        await self.how()
        return await super().get(key)

    async def put(self, key, value, seconds, /):
        await self.how()
        await super().put(key, value, seconds)

    @asynccontextmanager
    async def _leaving(self, place):
        async with place:
            yield
            await self.how()


async def fail():
    raise OSError("down")


WAYS = pytest.mark.parametrize("how", [fail, anyio.sleep_forever], ids=["raises", "is silent"])


def sure(state, *, allows=True, told=None):
    return SureState(state, lambda: allows, lambda *figure: (told if told is not None else []).append(figure))


@WAYS
@pytest.mark.parametrize("allows", [True, False])
async def test_calls_are_let_in_or_turned_away_within_a_second(how, allows):
    sick = Sick()
    sick.how = how
    state = sure(sick, allows=allows)
    began = anyio.current_time()
    assert await state.add_once("nonce", 9) is allows
    assert anyio.current_time() - began <= PATIENCE
    held = await state.hold("calls", 1)
    assert isinstance(held, Full) is not allows
    assert anyio.current_time() - began <= 2 * PATIENCE
    if allows:
        async with held:
            pass


async def test_a_call_that_asks_several_times_waits_once_for_one_that_is_silent():
    sick = Sick()
    sick.how = anyio.sleep_forever
    state = sure(sick)
    began = anyio.current_time()
    for key in "abcd":
        assert await state.add_once(key, 9)
    assert anyio.current_time() - began == pytest.approx(PATIENCE)
    sick.how = anyio.lowlevel.checkpoint
    await anyio.sleep(REST)
    assert [await state.add_once("e", 9) for _ in range(2)] == [True, False]


@WAYS
async def test_what_was_put_is_not_there_while_it_is_lost(how):
    sick = Sick()
    state = sure(sick)
    await state.put("prompt", b"audio", 60)
    assert await state.get("prompt") == b"audio"
    sick.how = how
    await state.put("prompt", b"other", 60)
    assert await state.get("prompt") is None


@WAYS
async def test_a_place_is_left_however_that_goes(how):
    sick = Sick()
    state = sure(sick)
    async with anyio.create_task_group() as group:
        with anyio.fail_after(2 * PATIENCE):
            async with await state.hold("calls", 1):
                sick.how = how
                group.cancel_scope.cancel()
    sick.how = anyio.lowlevel.checkpoint
    assert not isinstance(await MemoryState.hold(sick, "calls", 1), Full)


async def test_that_it_is_lost_is_said_once_and_each_time_a_figure(caplog):
    sick, told = Sick(), []
    state = sure(sick, told=told)
    with caplog.at_level(logging.INFO):
        sick.how = fail
        for key in "abc":
            await state.add_once(key, 9)
        sick.how = anyio.lowlevel.checkpoint
        for key in "def":
            await state.add_once(key, 9)
    lost, again = caplog.messages
    assert lost == "[state] is lost (OSError): calls that come are let in, as when_lost says"
    assert again == "[state] answers again"
    assert told == [("state_lost", 1, {})] * 3


async def test_what_is_too_large_is_refused_before_it_is_asked():
    state = sure(Sick())
    with pytest.raises(ValueError, match="512 characters, got 513"):
        await state.add_once("k" * 513, 9)
    with pytest.raises(ValueError, match="1048576 bytes, got 1048577"):
        await state.put("key", bytes(LARGEST + 1), 9)
