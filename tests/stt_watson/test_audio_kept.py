"""The backlog and the timeline, against what they stand for."""

from hypothesis import given
from hypothesis import strategies as st

from switchhook_stt_watson.backlog import Backlog
from switchhook_stt_watson.timeline import Timeline
from switchhook_stt_watson.upkeep import WINDOW, Upkeep

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 9)),
        st.tuples(st.just("send"), st.integers(1, 12)),
        st.tuples(st.just("cover"), st.integers(0, 60)),
        st.tuples(st.just("rewind"), st.just(0)),
    ),
    max_size=60,
)


def drive(backlog, steps, unit):
    """Gives what was sent, by position, and how far it was covered."""
    sent, covered, fed = {}, 0, 0
    for what, size in steps:
        match what:
            case "add":
                audio = bytes((fed + i) % 251 for i in range(size * unit))
                fed += len(audio)
                if backlog.waiting or size % 2:
                    backlog.add(audio)
                else:
                    sent.update(enumerate(audio, backlog.sent))
                    backlog.pass_by(audio)
            case "send" if backlog.waiting:
                at = backlog.sent
                audio = backlog.next(size * unit)
                assert 0 < len(audio) <= size * unit
                assert backlog.sent == at + len(audio)
                sent.update(enumerate(audio, at))
            case "cover":
                covered = max(covered, min(size * unit, backlog.sent))
                backlog.cover(covered)
            case "rewind":
                backlog.rewind()
        assert backlog.fed == fed
    return sent, covered


@given(STEPS, st.sampled_from([1, 2]))
def test_what_is_sent_is_what_was_fed_at_its_place(steps, unit):
    sent, _ = drive(Backlog(10_000, 10_000, unit), steps, unit)
    assert all(byte == position % 251 for position, byte in sent.items())


@given(STEPS, st.sampled_from([1, 2]))
def test_after_a_rewind_all_comes_again_that_was_not_covered(steps, unit):
    backlog = Backlog(10_000, 10_000, unit)
    _, covered = drive(backlog, steps, unit)
    backlog.rewind()
    assert backlog.sent == covered
    again = b""
    while backlog.waiting:
        again += backlog.next(7 * unit)
    assert again == bytes(position % 251 for position in range(covered, backlog.fed))


@given(STEPS, st.integers(10, 30))
def test_no_more_is_kept_than_allowed_and_what_is_dropped_is_counted(steps, most):
    backlog = Backlog(most, most)
    drive(backlog, steps, 1)
    backlog.rewind()
    assert backlog.waiting <= most
    assert backlog.dropped <= backlog.fed


def test_what_was_sent_goes_before_what_waits():
    backlog = Backlog(20, 8)
    for number in range(4):
        backlog.pass_by(bytes([number]) * 4)
    backlog.add(b"\4" * 12)
    backlog.rewind()
    assert (backlog.dropped, backlog.next(4), backlog.waiting) == (0, b"\2\2\2\2", 16)


def test_the_oldest_that_waits_is_dropped_first():
    backlog = Backlog(10, 2)
    for number in range(4):
        backlog.add(bytes([number]) * 4)
    assert (backlog.dropped, backlog.sent) == (8, 8)
    assert backlog.next(100) == b"\2\2\2\2"


@given(
    st.integers(0, 50),
    st.lists(st.tuples(st.sampled_from(["audio", "silence", "skip"]), st.integers(1, 20)), max_size=40),
)
def test_the_timeline_knows_where_in_the_fed_audio_each_sent_byte_was(start, steps):
    timeline, fed, sent, audio = Timeline(start), start, 0, {}
    for what, size in steps:
        match what:
            case "audio":
                audio |= {sent + i: fed + i for i in range(size)}
                fed, sent = fed + size, sent + size
            case "silence":
                timeline.silence(fed, size)
                sent += size
            case "skip":
                timeline.skip(fed, size)
                fed += size
        assert timeline.sent(fed) == sent
    assert {at: timeline.fed(at) for at in audio} == audio
    assert all(start <= timeline.fed(at) <= fed for at in range(sent))


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=20), st.data())
def test_what_is_forgotten_changes_nothing_after_it(steps, data):
    timeline, fed = Timeline(0), 0
    for audio, silence in steps:
        fed += audio
        timeline.silence(fed, silence)
    end = timeline.sent(fed)
    at = data.draw(st.integers(0, end))
    before = [timeline.fed(sent) for sent in range(at, end + 1)]
    timeline.forget(at)
    assert [timeline.fed(sent) for sent in range(at, end + 1)] == before


@given(st.lists(st.sampled_from([0, 0.5, 1, 2]), min_size=30, max_size=120))
def test_whatever_the_caller_s_audio_does_every_thirty_seconds_have_fifteen_of_audio(beats):
    upkeep, sent, at = Upkeep(100), 0, []
    for came in [1] * WINDOW + beats:
        sent += int(came * 100)
        if upkeep.due(sent):
            sent += upkeep.per_beat
        at.append(sent)
    assert all(later - earlier >= 15 * 100 for earlier, later in zip(at, at[30:], strict=False))


def test_nothing_is_put_in_while_audio_comes():
    upkeep = Upkeep(100)
    assert not any(upkeep.due(100 * beat) for beat in range(60))
