"""The cache of tokens: the test owns the clock, and says when a fetch ends."""

import queue

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_watson import WatsonError
from switchhook_watson.tokens import PATIENCE, PAUSE, Token, Tokens

pytestmark = pytest.mark.anyio


class Kit:
    def __init__(self):
        self.now, self.asked = 0.0, 0
        self.answers, self.began = queue.Queue(), queue.Queue()
        self.tokens = Tokens(self.fetch, lambda: self.now)

    def fetch(self):
        self.asked += 1
        self.began.put(self.asked)
        answer = self.answers.get(timeout=10)
        if isinstance(answer, Exception):
            raise answer
        return Token(answer, 100.0)

    async def get(self):
        with anyio.fail_after(10):
            return await self.tokens.get()

    async def landed(self, value):
        """Until what a thread has brought is in use."""
        with anyio.fail_after(10):
            while await self.tokens.get() != value:
                await anyio.sleep(0.001)


@pytest.fixture
def kit():
    return Kit()


async def test_a_token_is_fetched_once(kit):
    kit.answers.put("one")

    assert [await kit.get() for _ in range(3)] == ["one"] * 3
    assert kit.asked == 1


async def test_many_who_wait_share_one_fetch(kit):
    got = []

    async def ask():
        got.append(await kit.get())

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(ask)
        await anyio.sleep(0)
        kit.answers.put("one")

    assert (got, kit.asked) == (["one"] * 50, 1)


async def test_a_fetch_that_hangs_delays_nobody_who_has_a_valid_token(kit):
    kit.answers.put("one")
    await kit.get()
    kit.now = 80.0

    assert await kit.get() == "one"  # and the next one is being fetched
    kit.began.get(timeout=10)
    assert kit.began.get(timeout=10) == 2
    kit.now = 89.0
    assert await kit.get() == "one"
    assert kit.asked == 2

    kit.answers.put("two")
    await kit.landed("two")


async def test_nothing_is_fetched_before_three_quarters_of_its_life(kit):
    kit.answers.put("one")
    await kit.get()
    kit.now = 74.0

    assert (await kit.get(), kit.asked) == ("one", 1)


async def test_a_renewal_that_fails_costs_nothing_while_the_old_one_is_valid(kit):
    kit.answers.put("one")
    await kit.get()
    kit.now = 81.0
    kit.answers.put(WatsonError("token", why="connect"))
    await kit.get()
    while kit.tokens._flight is not None:
        assert await kit.get() == "one"
        await anyio.sleep(0.001)

    kit.now += PAUSE
    kit.answers.put("two")
    await kit.landed("two")
    assert kit.asked == 3


async def test_an_expired_token_is_not_used(kit):
    kit.answers.put("one")
    await kit.get()
    kit.now = 95.0
    kit.answers.put("two")

    assert await kit.get() == "two"


async def test_a_first_fetch_that_fails_is_told_to_all_and_tried_again_after_a_pause(kit):
    kit.answers.put(WatsonError("token", why="status", status=400))
    with pytest.raises(WatsonError) as first:
        await kit.get()
    with pytest.raises(WatsonError):
        await kit.get()
    assert (kit.asked, first.value.reason) == (1, "no token: status 400")

    kit.now += PAUSE
    kit.answers.put("one")
    assert await kit.get() == "one"


async def test_a_fetch_that_never_ends_is_given_up(kit, monkeypatch):
    monkeypatch.setattr("switchhook_watson.tokens.PATIENCE", 0.05)
    kit.tokens._clock = __import__("time").monotonic

    with pytest.raises(WatsonError) as caught:
        await kit.get()
    kit.answers.put("for the thread's end")

    assert caught.value.reason == "no token: no answer in time"


async def test_who_is_cancelled_while_waiting_takes_the_fetch_from_nobody(kit):
    got = []

    async def ask(scope):
        with scope:
            got.append(await kit.get())

    impatient = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(ask, impatient)
        group.start_soon(ask, anyio.CancelScope())
        await anyio.sleep(0)
        impatient.cancel()
        kit.answers.put("one")

    assert got == ["one"]


async def test_a_refused_token_is_not_used_again(kit):
    kit.answers.put("one")
    await kit.get()
    kit.tokens.refuse()
    kit.answers.put("two")

    assert await kit.get() == "two"


async def test_refusals_that_come_together_are_of_one_token(kit):
    kit.answers.put("one")
    await kit.get()
    kit.tokens.refuse()
    kit.answers.put("two")
    await kit.get()
    kit.tokens.refuse()

    assert (await kit.get(), kit.asked) == ("two", 2)


async def test_a_fault_of_our_own_is_no_watson_error(kit):
    kit.answers.put(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await kit.get()


def test_a_token_does_not_show_itself():
    assert "secret" not in repr(Token("secret", 1.0))


@given(st.lists(st.floats(0.0, 40.0), max_size=30))
def test_whatever_is_handed_out_is_valid(steps):
    """However time goes on, with a token service that always answers."""

    async def run():
        now, issued = 0.0, []

        def fetch():
            issued.append(now)
            return Token(str(len(issued) - 1), 100.0)

        tokens = Tokens(fetch, lambda: now)
        for step in steps:
            now += step
            assert now < issued[int(await tokens.get())] + 100.0
            while tokens._flight is not None:
                await tokens.get()
                await anyio.sleep(0)

    anyio.run(run)


def test_the_bound_of_a_fetch_is_above_that_of_its_steps():
    from switchhook_watson.fetching import TIMEOUTS

    assert sum(TIMEOUTS) < PATIENCE
