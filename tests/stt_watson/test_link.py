"""When a connection is asked whether it is still there, and when it is given up."""

import pytest

from switchhook_stt_watson.link import Link
from switchhook_stt_watson.sending import BEAT


class Peer:
    """Answers pings as long as it is `there`."""

    def __init__(self):
        self.there, self.pings, self.received = True, 0, 0
        self.answered = {}

    def ping(self):
        self.pings += 1
        self.received += self.there

    def says(self, link):
        self.received += 1
        link.text("{}")


class Ear:
    def said(self, link, text, /):
        pass


@pytest.fixture
def link():
    made = Link(Ear())
    made.attach(Peer())
    return made


def looks(link, times, *, doubted=False, start=0):
    """Whether it lives, beat by beat."""
    return [link.is_alive((start + n) * BEAT, BEAT, doubted=doubted) for n in range(times)]


def settle(link):
    looks(link, 10)
    link.socket.pings = 0


def test_a_quiet_line_is_seldom_asked(link):
    settle(link)
    assert all(looks(link, 100, start=10))
    assert link.socket.pings == 10


def test_a_line_that_hears_no_words_is_asked_a_few_times(link):
    settle(link)
    assert all(looks(link, 9, doubted=True, start=10))
    assert link.socket.pings == 4


def test_a_line_on_which_words_come_is_asked_at_every_beat(link):
    settle(link)
    for n in range(10):
        assert link.is_alive((10 + n) * BEAT, BEAT, doubted=True)
        link.socket.says(link)
    assert link.socket.pings == 10


@pytest.mark.parametrize("doubted_before", [True, False])
def test_who_does_not_answer_while_an_answer_is_due_is_gone_after_three_beats(link, doubted_before):
    settle(link)
    if doubted_before:
        link.is_alive(10 * BEAT, BEAT, doubted=True)
        link.socket.says(link)
    link.socket.there = False
    assert looks(link, 3, doubted=True, start=11) == [True, True, False]


def test_who_goes_on_a_quiet_line_is_missed_within_five_seconds(link):
    settle(link)
    link.socket.there = False
    alive = looks(link, 12, start=10)
    assert alive.index(False) * BEAT < 5


def test_a_new_connection_proves_itself_first(link):
    looks(link, 4)
    assert link.socket.pings == 4


def test_a_process_that_was_busy_itself_blames_nobody(link):
    settle(link)
    link.socket.there = False
    assert all(link.is_alive(10 + n * 3 * BEAT, BEAT, doubted=True) for n in range(5))
