"""What is sent when, and what is known of the caller's ear: in virtual time, with a peer in memory."""

from collections import deque
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import Say
from switchhook.call.dialogue.events import PromptFinished, PromptStarted, Queue
from switchhook.call.speaking.playclock import PlayClock
from switchhook.call.speaking.playout import Playout
from switchhook.testing import MemoryLeg
from switchhook.virtual.leg import PACE

pytestmark = pytest.mark.anyio


class Source:
    """Prompts by name: seconds of audio, seconds of work per piece, pieces."""

    def __init__(self, **prompts):
        self.prompts = prompts
        self.names = list(prompts)
        self.ahead = []  # of each fetch

    async def fetch(self, queued, put, ahead):
        content = queued.content
        self.ahead.append(ahead)
        seconds, work, pieces = self.prompts[content.text]
        for _ in range(pieces):
            await anyio.sleep(work)
            await put(bytes([1 + self.names.index(content.text)]) * round(seconds * 8000 / pieces))


@asynccontextmanager
async def playing(source, *, leg=None):
    leg, events = leg or MemoryLeg(), []
    playout = Playout(leg, source.fetch, lambda event: events.append((anyio.current_time(), event)))

    class Sink:
        def audio(self, data):
            pass

        def event(self, event):
            {"PlaybackStarted": playout.peer_started, "PlaybackFinished": playout.peer_finished}[
                type(event).__name__
            ]()

    leg.start(Sink())
    async with anyio.create_task_group() as group:
        group.start_soon(leg.run)
        group.start_soon(playout.run)
        yield playout, leg, events
        group.cancel_scope.cancel()


async def test_a_prompt_is_fetched_with_what_is_heard_before_it():
    source = Source(one=(10.0, 0.0, 1), two=(1.0, 0.0, 1))
    async with playing(source) as (playout, _leg, _events):
        playout.queue(Queue(1, Say("one")))
        playout.queue(Queue(2, Say("two")))
        await anyio.sleep(0.1)
    assert source.ahead == [0.0, pytest.approx(10.0, abs=1.0)]


async def test_the_first_sound_goes_out_without_delay():
    async with playing(Source(a=(2.0, 0.0, 1))) as (playout, leg, _):
        begin = anyio.current_time()
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(3)
        assert leg.sent[0][0] == begin


async def test_the_lead_is_kept_and_no_more():
    async with playing(Source(a=(5.0, 0.0, 1))) as (playout, leg, _):
        begin = anyio.current_time()
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(2)
        sent = sum(len(data) for _, data in leg.sent) / 8000
        assert 2.0 <= sent <= anyio.current_time() - begin + leg.pace.lead


async def test_a_prompt_is_finished_when_the_peer_says_so():
    async with playing(Source(a=(2.0, 0.0, 1))) as (playout, _, events):
        begin = anyio.current_time()
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(5)
        (started, first), (finished, last) = events
        assert (first, last) == (PromptStarted(1), PromptFinished(1))
        assert finished - started == pytest.approx(2.05, abs=0.02)
        assert started == begin


async def test_a_prompt_is_finished_soon_after_its_time_when_the_peer_never_says_so():
    silent = MemoryLeg()
    silent._confirm = lambda event: None
    async with playing(Source(a=(2.0, 0.0, 1)), leg=silent) as (playout, _, events):
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(5)
        assert events[1][0] - events[0][0] == pytest.approx(2.5, abs=0.02)


async def test_a_late_confirmation_of_flushed_audio_does_not_end_the_next_prompt():
    async with playing(Source(a=(2.0, 0.0, 1), b=(3.0, 0.0, 1))) as (playout, _, events):
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(1)
        playout.flush()
        playout.queue(Queue(2, Say("b")))
        await anyio.sleep(0.5)
        playout.peer_finished()
        await anyio.sleep(0.1)
        assert PromptFinished(2) not in [event for _, event in events]


@pytest.mark.parametrize("every", [0.05, 0.2, 0.25, 0.7])
@pytest.mark.parametrize("starts", [True, False])
async def test_confirmations_of_nothing_neither_end_a_prompt_nor_hurry_it(every, starts):
    leg = MemoryLeg()
    confirm = leg._confirm
    leg._confirm = lambda event: confirm(event) if starts else None
    async with playing(Source(a=(4.0, 0.0, 1)), leg=leg) as (playout, _, events):
        begin = anyio.current_time()
        playout.queue(Queue(1, Say("a")))
        while len(events) < 2:
            await anyio.sleep(every)
            playout.peer_finished()
            sent = sum(len(data) for _, data in leg.sent) / 8000
            assert sent <= anyio.current_time() - begin + leg.pace.lead + 0.001
        assert 4.0 - 0.1 <= events[1][0] - begin <= 4.5


async def test_an_engine_slower_than_speech_leaves_holes_but_no_busy_loop():
    async with playing(Source(a=(4.0, 0.5, 10))) as (playout, leg, _):
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(8)
        assert len(leg.ear) == 32000
        assert len(leg.sent) <= 20


@pytest.fixture
def holes(monkeypatch):
    """How many of them playouts have told of."""
    told = []

    class Telling(Playout):
        def __init__(self, leg, fetch, on_event):
            super().__init__(leg, fetch, on_event, lambda: told.append(None))

    monkeypatch.setattr(f"{__name__}.Playout", Telling)
    return told


async def test_each_hole_in_a_prompt_is_told_of(holes):
    async with playing(Source(a=(4.0, 1.0, 4), b=(1.0, 3.0, 2))) as (playout, _leg, _events):
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(8)
        assert len(holes) == 0  # each piece comes when the one before ends
        playout.queue(Queue(2, Say("b")))
        await anyio.sleep(8)
    assert len(holes) == 1


@pytest.mark.parametrize("confirms", [True, False])
async def test_neither_the_time_between_prompts_nor_an_interruption_is_a_hole(holes, confirms):
    leg = MemoryLeg()
    if not confirms:
        leg._confirm = lambda event: None
    async with playing(Source(a=(1.0, 0.0, 5), b=(1.0, 1.0, 1)), leg=leg) as (playout, _leg, _events):
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(3)
        playout.queue(Queue(2, Say("b")))
        playout.queue(Queue(3, Say("a")))
        await anyio.sleep(1.5)
        playout.flush()
        await anyio.sleep(1)
        playout.queue(Queue(4, Say("a")))
        await anyio.sleep(3)
    assert holes == []


async def test_two_prompts_follow_each_other_without_a_hole():
    async with playing(Source(a=(1.1, 0.0, 1), b=(1.1, 0.0, 1))) as (playout, leg, _):
        playout.queue(Queue(1, Say("a")))
        playout.queue(Queue(2, Say("b")))
        await anyio.sleep(2.3)
        assert len(leg.ear) == 17600


async def test_a_prompt_without_audio_is_finished_at_once():
    async with playing(Source(a=(0.0, 0.0, 1))) as (playout, _, events):
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(0.1)
        assert [event for _, event in events] == [PromptFinished(1)]


async def test_a_flush_before_the_first_sound_does_not_trouble_the_peer():
    async with playing(Source(a=(2.0, 1.0, 1))) as (playout, leg, _):
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(0.5)
        playout.flush()
        await anyio.sleep(2)
        assert (leg.flushes, leg.sent) == ([], [])


PLANS = st.lists(
    st.tuples(
        st.sampled_from(["queue", "queue", "flush"]),
        st.floats(0.05, 3.0),  # seconds of audio
        st.floats(0.0, 0.3),  # seconds of work per piece
        st.integers(1, 6),  # pieces
        st.floats(0.0, 4.0),  # seconds until the next
    ),
    max_size=6,
)


def run_plan(plan, confirms):
    """Plays a plan in virtual time; checks at every moment what must always hold."""
    names = {f"p{number}": step[1:4] for number, step in enumerate(plan)}
    seen = {}

    async def main():
        leg = MemoryLeg(pace=replace(PACE, confirms=confirms))
        async with playing(Source(**names), leg=leg) as (playout, leg, events):
            flushed = set()
            for number, (kind, *_, pause) in enumerate(plan):
                if kind == "queue":
                    playout.queue(Queue(number, Say(f"p{number}")))
                else:
                    flushed |= set(range(number))
                    before = len(leg.sent)
                    playout.flush()
                    assert len(leg.sent) == before
                    seen.setdefault("stale", []).append((before, {1 + n for n in flushed}))
                for _ in range(20):
                    await anyio.sleep(pause / 20)
                    sent = sum(len(data) for _, data in leg.sent) / 8000
                    assert playout.heard() <= sent + 1e-6
            await anyio.sleep(30)
            seen.update(
                leg=leg, events=[event for _, event in events], flushed=flushed, heard=playout.heard()
            )

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    return seen


@given(PLANS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_after_a_flush_no_byte_of_a_flushed_prompt_is_sent(plan, confirms):
    seen = run_plan(plan, confirms)
    for before, stale in seen.get("stale", []):
        for _, data in seen["leg"].sent[before:]:
            assert not stale & set(data)


@given(PLANS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_peer_is_never_sent_more_than_it_takes(plan, confirms):
    leg = run_plan(plan, confirms)["leg"]
    window = deque()
    tokens, last = 25.0, 0.0
    for now, data in leg.sent:
        assert 0 < len(data) <= 2000
        tokens = min(25.0, tokens + (now - last) * 5.0) - 1
        last = now
        window.append(now)
        assert tokens >= -1e-6


@given(PLANS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_prompt_that_was_not_flushed_is_heard_whole_and_finished_once(plan, confirms):
    seen = run_plan(plan, confirms)
    for number, (kind, seconds, _, pieces, _) in enumerate(plan):
        if kind == "queue" and number not in seen["flushed"]:
            assert seen["events"].count(PromptFinished(number)) == 1
            assert seen["leg"].ear.count(bytes([number + 1])) == pieces * round(seconds * 8000 / pieces)


@given(PLANS)
@settings(max_examples=60, deadline=None)
def test_what_is_said_to_be_heard_is_right_within_a_fifth_of_a_second(plan):
    seen = run_plan(plan, confirms=True)
    flushes = len(seen["leg"].flushes)
    assert abs(seen["heard"] - len(seen["leg"].ear) / 8000) <= 0.2 * (1 + flushes)


@given(st.lists(st.tuples(st.floats(0.0, 2.0), st.floats(0.02, 0.5)), max_size=60))
def test_the_clock_never_goes_back(messages):
    clock, now, before = PlayClock(PACE), 0.0, 0.0
    for pause, seconds in messages:
        now += pause
        assert clock.heard(now) >= before
        clock.begin_message(now)
        clock.record(seconds, now)
        before = clock.heard(now)
        assert before <= clock.sent


async def test_a_prompt_shorter_than_a_message_does_not_wait_for_the_next_ones_synthesis():
    async with playing(Source(a=(0.1, 0.0, 1), b=(2.0, 3.0, 1))) as (playout, leg, _):
        begin = anyio.current_time()
        playout.queue(Queue(1, Say("a")))
        playout.queue(Queue(2, Say("b")))
        await anyio.sleep(1)
        assert leg.sent[0][0] == begin


async def test_engines_are_not_read_further_ahead_than_the_call_needs():
    many = {f"p{number}": (20.0, 0.0, 1) for number in range(20)}
    async with playing(Source(**many)) as (playout, _, _):
        for number in range(20):
            playout.queue(Queue(number, Say(f"p{number}")))
        await anyio.sleep(1)
        assert playout._unsent() <= 50.0


async def test_a_prompt_that_waits_for_room_is_flushed_and_the_next_one_heard():
    class Impatient(Source):
        async def fetch(self, queued, put, ahead):
            with anyio.move_on_after(0.1):
                await super().fetch(queued, put, ahead)
            return ""

    source = Impatient(long=(40.0, 0.0, 1), behind=(1.0, 0.0, 1), new=(1.0, 0.0, 1))
    async with playing(source) as (playout, _leg, events):
        playout.queue(Queue(1, Say("long")))
        playout.queue(Queue(2, Say("behind")))
        await anyio.sleep(1.1)  # while nothing is sent
        playout.flush()
        await anyio.sleep(1)
        playout.queue(Queue(3, Say("new")))
        await anyio.sleep(3)
        assert [event for _, event in events] == [PromptStarted(1), PromptStarted(3), PromptFinished(3)]


async def test_sound_that_waits_to_be_sent_wakes_nobody():
    """Pieces that come while a whole message is ready."""
    wakes = 0
    async with playing(Source(a=(20.0, 0.0, 400))) as (playout, leg, _):
        wake = playout._sender.set

        def count():
            nonlocal wakes
            wakes += 1
            wake()

        playout._sender.set = count
        playout.queue(Queue(1, Say("a")))
        await anyio.sleep(30)
        assert sum(len(data) for _, data in leg.sent) == 20 * 8000
    assert wakes < 100
