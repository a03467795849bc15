"""What is kept of the caller's audio, and for whom."""

from hypothesis import given
from hypothesis import strategies as st

from switchhook import AudioFormat
from switchhook.call.listening.kept_audio import KEPT, UNSURE, KeptAudio

LINE = AudioFormat()
SECOND = LINE.size(1.0)


def second(number):
    return bytes([number % 256]) * SECOND


def kept():
    return KeptAudio(LINE), bytearray()


def test_what_comes_before_a_recognition_is_given_to_it_first():
    audio, heard = kept()
    audio.take(b"early")
    audio.pour(heard.extend)
    audio.take(b" late")
    assert heard == b"early late"


def test_no_more_is_kept_than_there_is_room_for():
    audio, heard = kept()
    for number in range(int(KEPT) + 5):
        audio.take(second(number))
    audio.pour(heard.extend)
    assert (len(heard), heard[0]) == (LINE.size(KEPT), 5)


def test_the_next_recognition_is_given_what_no_final_of_the_last_one_covered():
    audio, heard = kept()
    audio.pour(lambda data: None)
    for number in range(1, 4):
        audio.take(second(number))
    audio.cover(1.0)
    audio.end(again=True)
    audio.pour(heard.extend)
    assert heard == second(2) + second(3)


def test_a_final_without_times_covers_all():
    audio, heard = kept()
    audio.pour(lambda data: None)
    audio.take(second(1))
    audio.cover(0.0)
    audio.end(again=True)
    audio.pour(heard.extend)
    assert heard == b""


def test_what_was_said_long_ago_is_not_given_twice():
    audio, heard = kept()
    audio.pour(lambda data: None)
    for number in range(20):
        audio.take(second(number))
    audio.end(again=True)
    audio.pour(heard.extend)
    assert len(heard) == LINE.size(UNSURE)


def test_what_is_ignored_is_counted_and_given_to_nobody():
    audio, heard = kept()
    audio.take(second(1))
    audio.ignore(True)
    audio.take(second(2))
    audio.ignore(False)
    audio.take(second(3))
    audio.pour(heard.extend)
    assert (bytes(heard), audio.received, audio.fed) == (second(3), 3 * SECOND, 1.0)


def test_what_is_held_is_for_the_next_recognition():
    audio, heard = kept()
    audio.pour(lambda data: None)
    audio.take(second(1))
    audio.hold()
    audio.take(second(2))
    audio.end(again=False)
    audio.pour(heard.extend)
    assert heard == second(2)


STEPS = st.lists(st.sampled_from(["take", "pour", "hold", "again", "over", "ignore", "attend"]), max_size=60)


@given(STEPS)
def test_times_count_from_the_first_sound_that_the_recognition_was_given(steps):
    audio, heard, frames, listening = KeptAudio(LINE), bytearray(), 0, False
    for step in steps:
        match step:
            case "take":
                frames += 1
                audio.take(bytes(160))
            case "pour":
                heard, listening = bytearray(), True
                audio.pour(heard.extend)
            case "hold":
                audio.hold()
            case "again" | "over":
                audio.end(again=step == "again")
            case "ignore" | "attend":
                audio.ignore(step == "ignore")
        listening = listening and step in ("take", "pour", "attend")
        assert not listening or audio.fed == LINE.seconds(len(heard))
        assert audio.received == frames * 160
