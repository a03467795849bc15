"""A supervisor's state, asked by workers over their lines. In virtual time."""

import json
from contextlib import AsyncExitStack, asynccontextmanager
from unittest.mock import Mock

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import Full, virtual_time
from switchhook.serving.state.memory import MemoryState
from switchhook.serving.state.places import CALLS, Places
from switchhook.serving.workers.lending import Lender, Lent
from switchhook.serving.workers.line_state import LineState, LostError
from switchhook.serving.workers.worker import Worker as Process
from switchhook.serving.workers.working import Working

pytestmark = pytest.mark.anyio


class Wire:
    """One end of a line, which gives each message to `take` as it would come out of a socket. One that is
    `slow` keeps messages until it is told to go on; one that is `shut` takes none."""

    def __init__(self):
        self.take, self.slow, self.shut, self._kept = None, False, False, []
        self.count = 0

    def put(self, **message):
        if self.shut:
            return False
        self.count += 1
        self._kept.append(json.dumps(message))
        if not self.slow:
            self.go_on()
        return True

    def go_on(self):
        self.slow = False
        kept, self._kept = self._kept, []
        for each in kept:
            self.take(json.loads(each))


class Worker:
    """Both sides of the line to one."""

    def __init__(self, lender, group):
        self.up, self.down = Wire(), Wire()
        self.state = LineState(self.up)
        self.calls = []  # changes of their number
        self._lent = Lent(lender, self.down, group, self.calls.append)
        self.up.take, self.down.take = self._asked, self._answered

    def _asked(self, message):
        match message:
            case {"ask": number}:
                self._lent.take(number, message)
            case {"back": number}:
                self._lent.give_back(number)

    def _answered(self, message):
        self.state.questions.answered(message["answer"], message)


class Crew:
    def __init__(self, state):
        self.fulls = []
        self.lender = Lender(state, lambda: self.fulls.append(self.lender.full))

    @asynccontextmanager
    async def worker(self):
        """Until it dies."""
        async with anyio.create_task_group() as group:
            yield Worker(self.lender, group)
            group.cancel_scope.cancel()


async def settled():
    for _ in range(10):
        await anyio.lowlevel.checkpoint()


async def test_a_signature_that_one_worker_has_seen_is_known_to_the_others():
    crew = Crew(MemoryState())
    async with crew.worker() as one, crew.worker() as other:
        assert await one.state.add_once("nonce", 16)
        assert not await other.state.add_once("nonce", 16)
        await anyio.sleep(16)
        assert await other.state.add_once("nonce", 16)


async def test_what_one_worker_puts_the_others_get():
    crew = Crew(MemoryState())
    async with crew.worker() as one, crew.worker() as other:
        assert await other.state.get("prompt") is None
        await one.state.put("prompt", b"\0\xff", 60)
        assert await other.state.get("prompt") == b"\0\xff"


async def test_a_worker_that_dies_gives_back_its_places_at_once():
    crew = Crew(MemoryState())
    async with crew.worker() as other:
        async with crew.worker() as dying, AsyncExitStack() as places:
            for _ in range(3):
                await places.enter_async_context(await dying.state.hold(CALLS, 3))
            assert isinstance(await other.state.hold(CALLS, 3), Full)
            dying.up.shut = True  # it says nothing any more
        async with await other.state.hold(CALLS, 3):
            pass


async def test_a_place_that_nobody_waits_for_any_more_is_given_back():
    crew = Crew(MemoryState())
    async with crew.worker() as one:
        one.up.slow = True
        with anyio.move_on_after(1):
            await one.state.hold(CALLS, 1)
        one.up.go_on()
        await settled()
        async with await one.state.hold(CALLS, 1):
            pass


async def test_a_place_that_is_given_too_late_is_given_back():
    crew = Crew(MemoryState())
    async with crew.worker() as one:
        one.down.slow = True
        with anyio.move_on_after(1):
            await one.state.hold(CALLS, 1)
        one.down.go_on()
        await settled()
        async with await one.state.hold(CALLS, 1):
            pass


async def test_a_place_that_the_line_did_not_take_back_goes_with_the_next():
    crew = Crew(MemoryState())
    async with crew.worker() as one:
        async with await one.state.hold("a", 1):
            one.up.shut = True
        one.up.shut = False
        async with await one.state.hold("b", 1):
            pass
        await settled()
        async with await one.state.hold("a", 1):
            pass


async def test_a_line_that_takes_nothing_is_no_wait():
    crew = Crew(MemoryState())
    async with crew.worker() as one:
        one.up.shut = True
        with pytest.raises(LostError):
            await one.state.hold(CALLS, 1)


class Failing(MemoryState):
    async def add_once(self, key, seconds, /):
        raise OSError("secret")

    async def hold(self, key, limit, /):
        return self._badly(await super().hold(key, limit)) if limit > 1 else await anyio.sleep_forever()

    @asynccontextmanager
    async def _badly(self, place):
        async with place:
            yield
        raise OSError("secret")


async def test_a_state_that_fails_costs_its_answer_and_no_more():
    crew = Crew(Failing())
    async with crew.worker() as one:
        with pytest.raises(LostError) as lost:
            await one.state.add_once("nonce", 16)
        assert lost.value.reason.startswith("OSError at ")
        with pytest.raises(LostError):
            await one.state.hold(CALLS, 1)
        assert await one.state.get("prompt") is None


async def test_a_place_that_cannot_be_left_is_said_and_ends_nothing(caplog):
    crew = Crew(Failing())
    async with crew.worker() as one:
        async with await one.state.hold(CALLS, 2):
            pass
        await settled()
        assert await one.state.get("prompt") is None
    assert "[state]: a place is not given back: OSError" in caplog.text
    assert "secret" not in caplog.text


async def test_places_under_several_keys_are_one_question_and_all_or_none():
    crew, limits = Crew(MemoryState()), {CALLS: 3, "bot": 2, "bank": 1}
    async with crew.worker() as one, crew.worker() as other:
        async with await one.state.hold_all(limits):
            assert one.up.count == 1
            full = await other.state.hold_all(limits)
            assert full == Full("bank", 1)
            async with await other.state.hold(CALLS, 2), await other.state.hold("bot", 2):
                pass
        await settled()
        async with await other.state.hold_all(limits):
            pass


async def test_a_worker_that_dies_gives_back_its_places_under_all_keys():
    crew, limits = Crew(MemoryState()), {CALLS: 1, "bot": 1, "bank": 1}
    async with crew.worker() as other:
        async with crew.worker() as dying, AsyncExitStack() as places:
            await places.enter_async_context(await dying.state.hold_all(limits))
            assert isinstance(await other.state.hold("bank", 1), Full)
            dying.up.shut = True
        async with await other.state.hold_all(limits):
            pass


async def test_workers_are_told_when_there_is_no_room_and_when_there_is_again():
    crew = Crew(MemoryState())
    async with crew.worker() as one:
        async with await one.state.hold(CALLS, 2):
            assert crew.fulls == []
            async with await one.state.hold(CALLS, 2):
                assert crew.fulls == [True]
                async with await one.state.hold(CALLS, 3):  # the configuration was read again
                    pass
                await settled()
                assert crew.fulls == [True, False, True, False]
        async with await one.state.hold("others", 1):
            await settled()
    assert crew.fulls == [True, False, True, False]


async def test_a_call_counts_for_its_worker_from_when_it_asks_until_its_place_is_given_back():
    crew = Crew(MemoryState())
    async with crew.worker() as one, crew.worker() as other:
        async with await one.state.hold_all({CALLS: 1, "bot": 1}):
            assert (one.calls, other.calls) == ([1], [])
            assert isinstance(await other.state.hold(CALLS, 1), Full)
            assert other.calls == [1, -1]
        await settled()
        async with await one.state.hold("bot", 1):
            await settled()
    assert one.calls == [1, -1]


async def test_a_worker_that_dies_has_no_calls_any_more():
    crew = Crew(MemoryState())
    async with crew.worker() as dying, AsyncExitStack() as places:
        await places.enter_async_context(await dying.state.hold(CALLS, 2))
        await places.enter_async_context(await dying.state.hold(CALLS, 2))
        dying.up.shut = True
    assert sum(dying.calls) == 0


HOLD = st.tuples(st.just("hold"), st.integers(0, 2))
LEAVE = st.tuples(st.just("leave"), st.integers(0, 2))
KILL = st.tuples(st.just("kill"), st.integers(0, 2))
STALL = st.tuples(st.just("stall"), st.integers(0, 2))


@settings(max_examples=60, deadline=None)
@given(st.lists(HOLD | HOLD | LEAVE | KILL | STALL, max_size=40), st.integers(1, 4))
def test_whatever_workers_do_the_limit_holds_and_no_place_is_lost(steps, limit):
    async def work():
        crew = Crew(MemoryState())
        async with anyio.create_task_group() as group:
            slots = [await start(crew, group) for _ in range(3)]
            for kind, at in steps:
                worker, life, held = slots[at]
                match kind:
                    case "hold":
                        live = sum(len(each) for _, _, each in slots)
                        place = await worker.state.hold(CALLS, limit)
                        assert isinstance(place, Full) is (live >= limit)
                        if not isinstance(place, Full):
                            await place.__aenter__()
                            held.append(place)
                    case "leave" if held:
                        await held.pop().__aexit__(None, None, None)
                    case "stall":
                        worker.up.slow = True
                        with anyio.move_on_after(1):
                            await worker.state.hold(CALLS, limit)
                        worker.up.go_on()
                    case "kill":
                        life.cancel()
                        slots[at] = await start(crew, group)
                await settled()
                assert crew.lender.full is (sum(len(each) for _, _, each in slots) >= limit)
            group.cancel_scope.cancel()

    anyio.run(work, **virtual_time())


async def start(crew, group):
    async def live(*, task_status):
        with anyio.CancelScope() as life:
            async with crew.worker() as worker:
                task_status.started((worker, life, []))
                await anyio.sleep_forever()

    return await group.start(live)


# --- a configuration that is read again


class Serving:
    """A server, as far as a worker tells of its settings."""

    def __init__(self, max_calls):
        self.app = Mock()
        self.app.settings.server.max_calls = max_calls


async def test_places_that_a_new_configuration_adds_are_known_before_anybody_asks_for_one():
    crew, told = Crew(MemoryState()), []
    async with crew.worker() as one, await one.state.hold_all({CALLS: 1}):
        assert crew.fulls == [True]
        process = object.__new__(Process)
        process._lender, process._told = crew.lender, anyio.Event()
        line = Mock(put=lambda **message: process._take(message))
        Working(Serving(2), line, Mock()).reloading("applied")
        told.extend(crew.fulls)
    assert told == [True, False]


async def test_calls_of_the_server_before_fill_no_place_that_a_new_configuration_adds():
    most = 2
    places = Places(Mock(), lambda: most)
    places.counted(2)
    assert places.are_taken
    most = 3
    assert not places.are_taken
