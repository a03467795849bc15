"""One caller in virtual time: what is sent when, and what is measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_genesys_tools.dial.caller import Caller, Frame, Key, Mouth
from switchhook_genesys_tools.dial.playback import Finished, Started
from switchhook_genesys_tools.dial.turns import CallerStep, HangUp, Keys, Manners, Silence, Utterance

SPEECH = Utterance(b"\x80" * 4000, "hello")
SILENT = b"\xff" * 1600


class Scene:
    """Runs a caller from deadline to deadline."""

    def __init__(self, *steps, manners=None):
        self.now, self.sent, self.events = 0.0, [], []
        self.caller = Caller(steps, manners or Manners(), 0.0, self.events.append)

    def until(self, time):
        while (deadline := self.caller.deadline()) <= time:
            self.now = max(self.now, deadline)
            self.sent += [(self.now, item) for item in self.caller.due(self.now)]
        self.now = time
        return self

    def bot(self, size):
        self.caller.receive(b"\x20" * size, self.now)
        self.sent += [(self.now, item) for item in self.caller.due(self.now)]
        return self

    def of(self, kind):
        return [(time, item) for time, item in self.sent if isinstance(item, kind)]

    @property
    def latencies(self):
        return [(each.turn, each.seconds) for each in self.caller.latencies]

    @property
    def audio(self):
        return b"".join(item.audio for _, item in self.of(Frame))


def test_audio_is_continuous_and_at_the_pace_of_a_call():
    frames = Scene().until(2.0).of(Frame)
    assert [time for time, _ in frames] == pytest.approx([0.2 * i for i in range(11)])
    assert {item.audio for _, item in frames} == {SILENT}


def test_an_utterance_is_heard_where_it_began():
    scene = Scene(CallerStep(SPEECH)).bot(800).until(4.0)
    began = next(event.at for event in scene.events if event.kind == "caller_started")
    assert began == pytest.approx(0.8)
    # the stream begins one frame before the call was answered
    assert scene.audio.index(b"\x80") == 1600 + round(began * 8000)
    assert scene.audio.strip(b"\xff") == SPEECH.audio


def test_keys_are_pressed_one_by_one():
    keys = Scene(CallerStep(Keys("12#"))).bot(800).until(3.0).of(Key)
    assert [(pytest.approx(time), item.digit) for time, item in keys] == [(0.8, "1"), (1.05, "2"), (1.3, "#")]


def test_playback_is_told_when_it_happens():
    scene = Scene().until(1.0).bot(4000).until(2.0)
    assert scene.of(Started | Finished) == [(1.0, Started(1.0)), (1.5, Finished(1.5))]


def test_a_latency_is_from_the_end_of_the_speech_to_the_first_byte():
    scene = (
        Scene(CallerStep(Utterance(b"\x80" * 4000 + b"\xff" * 8000, "hello"))).bot(800).until(2.0).bot(800)
    )
    assert scene.latencies == [("greeting", 0.0), ("hello", pytest.approx(2.0 - 1.3))]


def test_an_answer_before_the_end_of_the_speech_has_a_latency_below_zero():
    scene = Scene(CallerStep(SPEECH)).bot(800).until(1.0).bot(800).until(2.0)
    assert scene.latencies[1:] == [("hello", pytest.approx(-0.3))]


def test_a_turn_without_an_answer_has_no_latency():
    scene = Scene(CallerStep(SPEECH)).bot(800).until(5.0)
    scene.caller.stop(scene.now)
    assert scene.latencies[1:] == [("hello", None)]


def test_what_was_not_played_when_the_call_ends_is_not_heard():
    scene = Scene().until(1.0).bot(8000).until(1.4)
    scene.caller.stop(scene.now)
    assert scene.events[-1].text == "0.60 s of the bot's audio were not heard"
    assert len(scene.caller.playback.segments[0].audio) == 3200


def test_a_barge_in_ends_playback_at_once_and_tells_when():
    scene = Scene(CallerStep(SPEECH, interrupt=True)).bot(40_000).until(1.9)
    scene.caller.barge_in(1.9)
    assert scene.caller.due(1.9)[0] == Finished(1.9, pytest.approx(3.1))
    assert scene.caller.playback.deadline() is None
    text = next(event.text for event in scene.events if event.kind == "barge_in")
    assert text == "3.10 s of audio dropped, 0.40 s after the caller began"


def test_the_caller_hangs_up_when_all_is_said_and_the_bot_is_silent():
    scene = Scene(CallerStep(SPEECH)).bot(800).until(2.0).bot(8000).until(5.9)
    assert not scene.of(HangUp)
    assert [time for time, _ in scene.until(6.5).of(HangUp)] == [pytest.approx(6.0)]


def test_a_caller_who_waits_for_the_last_answer_says_so_once():
    scene = Scene(CallerStep(SPEECH), manners=Manners(patience=3.0)).bot(800).until(60.0)
    assert not scene.of(HangUp)
    assert [(event.at, event.text) for event in scene.events if event.kind == "waits"] == [
        (pytest.approx(0.1 + 0.7 + 0.5 + 3.0), "hello")
    ]


def test_a_prompt_that_is_stopped_after_the_caller_has_spoken_is_no_answer():
    scene = Scene(CallerStep(SPEECH, interrupt=True)).bot(40_000).until(2.5)
    scene.caller.barge_in(2.5)
    assert not scene.until(30.0).of(HangUp)


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 20_000)), max_size=8))
def test_whatever_the_bot_does_the_stream_has_no_hole(prompts):
    scene = Scene(CallerStep(SPEECH), CallerStep(Keys("1")), CallerStep(SPEECH))
    for wait, size in prompts:
        scene.until(scene.now + wait).bot(size)
    times = [time for time, _ in scene.of(Frame)]
    assert times == pytest.approx([0.2 * i for i in range(len(times))])
    assert {len(item.audio) for _, item in scene.of(Frame)} <= {1600}


def test_each_turn_of_the_caller_has_a_beginning_and_a_latency():
    scene = Scene(CallerStep(Silence()), CallerStep(Keys("1")))
    scene.until(1.0).bot(1600).until(10.0).bot(1600).until(20.0).bot(1600).until(30.0)
    assert scene.of(HangUp), "which is no turn"
    assert scene.caller.began == pytest.approx([1.9, 10.9])
    assert [turn for turn, _ in scene.latencies] == ["greeting", "silence", "keys"]
    assert scene.latencies[1][1] == pytest.approx(8.1)


def test_a_line_makes_something_of_each_frame_silence_too():
    sent = []
    mouth = Mouth(0.0, lambda frame: sent.append(frame) or bytes(len(frame)))
    mouth.say(Utterance(b"\x80" * 800, "hello"), -0.1)
    assert [mouth.frame(), mouth.frame()] == mouth.frames == [bytes(1600)] * 2
    assert (set(sent[0]), set(sent[1])) == ({0x80, 0xFF}, {0xFF})
