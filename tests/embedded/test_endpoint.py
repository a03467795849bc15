"""Where utterances begin and end, in seconds of audio fed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook_embedded.endpoint import LONGEST, WINDOW, Began, Endpointer, Utterance

SECONDS = WINDOW / 8000  # of one window
VOICE, SILENCE = 0.9, 0.05


class Line:
    """Feeds windows whose samples are their own number, so that a test sees which were kept."""

    def __init__(self, **endpointer):
        self.endpointer = Endpointer(**endpointer)
        self.windows = 0
        self.events = []

    def feed(self, probability, seconds=SECONDS):
        for _ in range(round(seconds / SECONDS)):
            samples = np.full(WINDOW, self.windows, np.float32)
            self.windows += 1
            event = self.endpointer.window(samples, probability)
            if event is not None:
                self.events.append(event)
        return self

    def finish(self):
        event = self.endpointer.finish()
        if event is not None:
            self.events.append(event)
        return self

    @property
    def finals(self):
        return [event for event in self.events if isinstance(event, Utterance) and event.final]

    @property
    def interims(self):
        return [event for event in self.events if isinstance(event, Utterance) and not event.final]


def kept(utterance):
    """The numbers of the windows an utterance is made of."""
    return utterance.samples[::WINDOW].astype(int).tolist()


def test_silence_is_no_utterance():
    assert Line().feed(SILENCE, 5).finish().events == []


def test_one_loud_window_is_no_utterance():
    assert Line().feed(SILENCE, 1).feed(VOICE).feed(SILENCE, 1).events == []


def test_speech_begins_at_its_first_window():
    line = Line().feed(SILENCE, 0.96).feed(VOICE, 0.064)

    assert line.events == [Began(pytest.approx(0.96))]


def test_a_pause_shorter_than_the_hang_time_does_not_end_an_utterance():
    line = Line(hang=0.5).feed(VOICE, 0.64).feed(SILENCE, 0.48).feed(VOICE, 0.64)

    assert line.finals == []


def test_the_final_comes_when_the_silence_is_as_long_as_the_hang_time():
    line = Line(hang=0.5).feed(VOICE, 0.64).feed(SILENCE, 0.512)

    assert line.finals[0].end == pytest.approx(0.64)


def test_a_hang_time_set_during_speech_counts_at_once():
    line = Line(hang=0.5).feed(VOICE, 0.64)
    line.endpointer.hang = 1.0

    assert line.feed(SILENCE, 0.96).finals == []
    assert len(line.feed(SILENCE, 0.064).finals) == 1


def test_doubtful_windows_do_not_begin_speech_but_let_it_go_on():
    doubtful = 0.4

    assert Line().feed(doubtful, 2).events == []
    assert Line().feed(VOICE, 0.064).feed(doubtful, 2).finals == []


def test_an_utterance_has_what_came_before_it_and_all_of_the_silence_after():
    line = Line(hang=0.5).feed(SILENCE, 0.96).feed(VOICE, 0.64).feed(SILENCE, 1)

    first_voiced, voiced, before, silent = 30, 20, 10, 16
    assert kept(line.finals[0]) == list(range(first_voiced - before, first_voiced + voiced + silent))


def test_an_interim_is_asked_for_every_400_ms_of_speech():
    line = Line().feed(VOICE, 2.048)

    assert [round(one.end, 3) for one in line.interims] == [0.48, 0.896, 1.312, 1.728]


def test_no_interim_is_asked_for_in_silence():
    assert Line(hang=5).feed(VOICE, 0.32).feed(SILENCE, 3).interims == []


def test_no_interim_is_asked_for_as_long_as_there_is_too_little_voice():
    line = Line(hang=1).feed(VOICE, 0.064)
    for _ in range(2):
        line.feed(SILENCE, 0.448).feed(VOICE, 0.032)

    assert line.interims == []


@pytest.mark.parametrize(("seconds", "worth"), [(0.224, False), (0.256, True)])
def test_less_than_a_quarter_of_a_second_of_voice_is_not_worth_decoding(seconds, worth):
    line = Line().feed(VOICE, seconds).feed(SILENCE, 1)

    assert line.finals[0].worth_decoding is worth


def test_who_speaks_without_end_is_cut_and_heard_on():
    line = Line().feed(VOICE, LONGEST + 2).finish()

    assert [kept(one)[0] for one in line.finals] == [0, kept(line.finals[0])[-1] + 1]
    assert len(line.finals[0].samples) <= LONGEST * 8000 + WINDOW


def test_the_last_final_comes_with_the_end_of_the_audio():
    assert len(Line().feed(VOICE, 0.64).finish().finals) == 1


def test_lost_audio_takes_time():
    line = Line().feed(SILENCE, 0.96)
    line.endpointer.skip(8000)

    assert line.feed(VOICE, 0.064).events == [Began(pytest.approx(1.96))]


talk = st.lists(
    st.tuples(st.sampled_from([SILENCE, 0.4, 0.6, VOICE]), st.integers(1, 60)), min_size=1, max_size=25
)


def told(runs, hang):
    line = Line(hang=hang)
    for probability, windows in runs:
        line.feed(probability, windows * SECONDS)
    return line.finish()


@given(talk, st.floats(0.2, 2))
@settings(max_examples=60, deadline=None)
def test_every_beginning_has_exactly_one_final(runs, hang):
    line = told(runs, hang)

    order = [type(e) for e in line.events if isinstance(e, Began) or e.final]
    assert order == [Began, Utterance] * (len(order) // 2)


@given(talk, st.floats(0.2, 2))
@settings(max_examples=60, deadline=None)
def test_interims_stand_between_their_beginning_and_their_final(runs, hang):
    finals = 0
    for event in told(runs, hang).events:
        if isinstance(event, Utterance):
            assert event.number == finals
            finals += event.final


@given(talk, st.floats(0.2, 2))
@settings(max_examples=60, deadline=None)
def test_finals_are_whole_pieces_of_the_audio_and_share_none_of_it(runs, hang):
    last = -1
    for final in told(runs, hang).finals:
        numbers = kept(final)
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert numbers[0] > last
        last = numbers[-1]


@given(talk, st.floats(0.2, 2))
@settings(max_examples=60, deadline=None)
def test_times_lie_within_what_was_fed(runs, hang):
    line = told(runs, hang)

    for final in line.finals:
        assert 0 <= final.start < final.end <= line.windows * SECONDS
        assert final.voiced <= final.end - final.start + 1e-9
