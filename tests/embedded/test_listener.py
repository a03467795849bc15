"""What waits to be listened to, with the thread's work done by the test."""

import pytest

from switchhook_embedded.ear import Ear
from switchhook_embedded.listener import MOST_WAITING, Listener
from switchhook_embedded.results import RecognitionResults

pytestmark = pytest.mark.anyio

FRAME = bytes(3200)  # 200 ms


class WorkerThreads:
    """Its one thread runs when the test says so."""

    def __init__(self):
        self.jobs = []

    def submit(self, job, *, urgent=True):
        self.jobs.append(job)

    def work(self, most=10_000):
        for _ in range(most):
            if not self.jobs:
                return
            self.jobs.pop(0)(None)


class Scene:
    def __init__(self, silero, threads=None):
        self.threads = threads or WorkerThreads()
        self.results = RecognitionResults("test")
        self.ear = Ear(silero.detector(), 8000, hang=0.5)
        self.listener = Listener(self.ear, self.results, None, self.threads, interims=False)


@pytest.fixture
def scene(silero, anyio_backend):
    """Made inside the event loop, which the results belong to."""
    return lambda threads=None: Scene(silero, threads)


async def test_however_much_is_fed_the_thread_is_asked_once(scene):
    here = scene()
    for _ in range(50):
        here.listener.feed(FRAME)

    assert len(here.threads.jobs) == 1


async def test_calls_take_turns_piece_by_piece(scene):
    threads = WorkerThreads()
    busy, other = scene(threads), scene(threads)
    for _ in range(50):
        busy.listener.feed(FRAME)
    other.listener.feed(FRAME)
    threads.work(2)

    assert (busy.ear.heard, other.ear.heard) == (1600, 1600)


async def test_what_has_waited_too_long_is_dropped_and_counted(scene, caplog):
    here = scene()
    for _ in range(300):
        here.listener.feed(FRAME)
    here.threads.work()
    here.listener.close()

    assert here.ear.lost == pytest.approx(20.0)
    assert here.ear.heard == 300 * 1600
    assert caplog.messages == ["recognition was behind: 20.0 s of a call's audio were dropped"]


async def test_no_more_pieces_wait_than_fit(scene):
    here = scene()
    for _ in range(MOST_WAITING + 100):
        here.listener.feed(bytes(16))
    here.threads.work()

    assert here.ear.lost == pytest.approx(100 * 8 / 8000)


async def test_a_call_that_keeps_up_loses_nothing_and_says_nothing(scene, caplog):
    here = scene()
    for _ in range(300):
        here.listener.feed(FRAME)
        here.threads.work()
    here.listener.close()

    assert here.ear.lost == 0
    assert caplog.messages == []


async def test_a_closed_call_is_not_listened_to(scene):
    here = scene()
    here.listener.feed(FRAME)
    here.listener.close()
    here.threads.work()

    assert here.ear.heard == 0


async def test_how_long_the_oldest_audio_has_waited_is_known(scene, monkeypatch):
    clock = [10.0]
    monkeypatch.setattr("switchhook_embedded.listener.monotonic", lambda: clock[0])
    here = scene()
    assert here.listener.behind() == 0.0
    for clock[0] in (11.0, 12.0):
        here.listener.feed(FRAME)
    clock[0] = 15.0
    assert here.listener.behind() == 4.0
    here.threads.work(1)
    assert here.listener.behind() == 3.0
    here.threads.work()
    assert here.listener.behind() == 0.0


async def test_audio_that_comes_all_at_once_has_not_waited(scene, monkeypatch):
    monkeypatch.setattr("switchhook_embedded.listener.monotonic", lambda: 10.0)
    here = scene()
    for _ in range(100):
        here.listener.feed(FRAME)
    assert here.listener.behind() == 0.0


async def test_who_sends_faster_than_anybody_speaks_does_not_make_the_engine_late(scene, monkeypatch):
    clock = [10.0]
    monkeypatch.setattr("switchhook_embedded.listener.monotonic", lambda: clock[0])
    here = scene()
    for _ in range(100):
        here.listener.feed(FRAME)
    here.threads.work(50)
    clock[0] = 15.0
    assert here.listener.behind() == 0.0
