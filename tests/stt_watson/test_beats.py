import asyncio

import pytest

from switchhook_stt_watson.beats import SLOTS, Beats

BEAT = 0.16


class Loop:
    """Time passes when it is told to."""

    def __init__(self):
        self.now, self.timers, self.failed = 0.0, [], []

    def call_later(self, delay, callback, *args):
        timer = asyncio.TimerHandle(self.now + delay, callback, args, self)
        self.timers.append(timer)
        return timer

    def get_debug(self):
        return False

    def _timer_handle_cancelled(self, timer): ...

    def call_exception_handler(self, context):
        self.failed.append(context)

    def pass_by(self, seconds):
        end = self.now + seconds + 1e-9
        while due := [each for each in self.timers if each.when() <= end and not each.cancelled()]:
            first = min(due, key=asyncio.TimerHandle.when)
            self.timers.remove(first)
            self.now = first.when()
            first._run()
        self.now = end

    @property
    def waits(self):
        return any(not each.cancelled() for each in self.timers)


@pytest.fixture
def loop(monkeypatch):
    made = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: made)
    return made


def test_who_has_joined_is_called_once_a_beat(loop):
    beats, looks = Beats(), []
    beats.join(lambda: looks.append(loop.now), BEAT)
    loop.pass_by(5 * BEAT)
    assert [round(look / BEAT, 3) for look in looks] == [1, 2, 3, 4, 5]


def test_the_first_look_is_after_one_beat_whenever_somebody_joins(loop):
    beats, looks = Beats(), []
    beats.join(lambda: None, BEAT)
    loop.pass_by(2.45 * BEAT)
    joined = loop.now
    beats.join(lambda: looks.append(loop.now - joined), BEAT)
    loop.pass_by(BEAT)
    [first] = looks
    assert BEAT * (1 - 1 / SLOTS) - 1e-6 <= first <= BEAT + 1e-6


def test_a_thousand_take_one_timer_and_are_not_called_all_at_once(loop):
    beats, looks = Beats(), []
    for number in range(1000):
        beats.join(lambda number=number: looks.append((number, loop.now)), BEAT)
        loop.pass_by(BEAT / 500)
    looks.clear()
    loop.pass_by(BEAT)
    assert sorted({number for number, _ in looks}) == list(range(1000))
    assert len(loop.timers) == 1
    assert len({at for _, at in looks}) >= SLOTS


def test_who_has_left_is_not_called_and_nothing_wakes_when_nobody_is_there(loop):
    beats, looks = Beats(), []

    def look():
        looks.append(loop.now)

    beats.join(look, BEAT)
    beats.leave(look)
    loop.pass_by(3 * BEAT)
    assert not looks
    assert not loop.waits


def test_who_leaves_twice_has_left(loop):
    beats, looks = Beats(), []
    beats.join(looks.clear, BEAT)
    beats.join(lambda: looks.append(loop.now), BEAT)
    beats.leave(looks.clear)
    beats.leave(looks.clear)
    loop.pass_by(BEAT)
    assert looks


def test_somebody_who_comes_after_all_have_left_is_called(loop):
    beats, looks = Beats(), []
    beats.join(looks.clear, BEAT)
    beats.leave(looks.clear)
    beats.join(lambda: looks.append(loop.now), BEAT)
    loop.pass_by(BEAT)
    assert looks


def test_a_look_that_fails_costs_the_others_nothing(loop):
    beats, looks = Beats(), []

    def fail():
        raise ValueError("broken")

    beats.join(fail, BEAT)
    beats.join(lambda: looks.append(loop.now), BEAT)
    loop.pass_by(2 * BEAT)
    assert len(looks) == 2
    assert isinstance(loop.failed[0]["exception"], ValueError)


def test_the_process_is_woken_four_times_in_a_beat_however_many_have_joined(loop, monkeypatch):
    beats, wakes = Beats(), []
    for _ in range(1000):
        beats.join(lambda: None, BEAT)
    tick = beats._tick
    monkeypatch.setattr(beats, "_tick", lambda *given: (wakes.append(loop.now), tick(*given)))
    loop.pass_by(10 * BEAT)
    assert len(wakes) <= 4 * 10
