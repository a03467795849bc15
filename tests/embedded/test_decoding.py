"""The pool of decoders."""

import threading

import numpy as np
import pytest

from switchhook_embedded.decoding import Decode, DecoderPool, load_decoders

PATIENCE = 10.0


class Work:
    """A pool of one decoder that is held until the test lets go; what it decoded is named by its length."""

    def __init__(self):
        self.open, self.entered = threading.Event(), threading.Event()
        self.results, self._came = [], threading.Condition()
        self.pool = DecoderPool("held", [self.decode])

    def decode(self, samples):
        self.entered.set()
        assert self.open.wait(PATIENCE)
        return str(len(samples))

    def job(self, size, *, final, wanted=lambda: True):
        return Decode(np.zeros(size, np.float32), final=final, wanted=wanted, done=self._done)

    def submit(self, size, *, final, wanted=lambda: True):
        job = self.job(size, final=final, wanted=wanted)
        self.pool.submit(job)
        return job

    def hold(self):
        self.submit(8, final=True)
        assert self.entered.wait(PATIENCE)

    def _done(self, result):
        with self._came:
            self.results.append(result)
            self._came.notify()

    def wait_for(self, count):
        self.open.set()
        with self._came:
            assert self._came.wait_for(lambda: len(self.results) >= count, PATIENCE)
        return self.results


@pytest.fixture
def work():
    work = Work()
    with work.pool.working():
        yield work
        work.open.set()


def test_a_decoder_is_given_16_khz(work):
    work.submit(4000, final=True)

    assert work.wait_for(1) == ["8000"]


def test_finals_go_before_interims(work):
    work.hold()
    work.submit(100, final=False)
    work.submit(200, final=True)

    assert work.wait_for(3) == ["16", "400", "200"]


def test_interims_are_dropped_when_more_wait_than_there_are_decoders(work):
    work.hold()
    jobs = [work.submit(100 + n, final=False) for n in range(4)]

    assert [job.over for job in jobs] == [False, False, True, True]


def test_finals_are_never_dropped(work):
    work.hold()
    for _ in range(50):
        work.submit(100, final=True)

    assert len(work.wait_for(51)) == 51


def test_what_is_wanted_no_more_is_not_decoded(work):
    work.hold()
    ended = work.submit(100, final=True, wanted=lambda: False)
    work.submit(200, final=True)

    assert work.wait_for(2) == ["16", "400"]
    assert ended.over


def test_whether_it_is_wanted_is_asked_when_its_turn_comes(work):
    wanted = True
    work.hold()
    work.submit(100, final=True, wanted=lambda: wanted)
    wanted = False
    work.submit(200, final=True)

    assert work.wait_for(2) == ["16", "400"]


def test_a_decoder_that_raises_goes_on_with_the_next():
    calls = []

    def decode(samples):
        calls.append(len(samples))
        if len(calls) == 1:
            raise ValueError("broken")
        return " words "

    results, done = [], threading.Event()
    pool = DecoderPool("raising", [decode])
    with pool.working():
        for last in (False, True):
            take = (lambda r: (results.append(r), done.set())) if last else results.append
            pool.submit(Decode(np.zeros(8, np.float32), final=True, wanted=lambda: True, done=take))
        assert done.wait(PATIENCE)

    assert isinstance(results[0], ValueError)
    assert results[1] == "words"


def test_decoders_are_loaded_and_warmed_one_for_each_thread():
    warmed = []

    def load():
        def decoder(samples):
            warmed.append((decoder, len(samples)))
            return ""

        return decoder

    decoders = load_decoders(load, 3)

    assert {decoder for decoder, _ in warmed} == set(decoders)
    assert [size for _, size in warmed] == [16000] * 3
