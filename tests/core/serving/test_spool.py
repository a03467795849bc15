"""The spool: what a process that is killed leaves behind, and what the next one makes of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.contract.records import TurnRecord
from switchhook.serving.records import spool as spool_module
from switchhook.serving.records import spool_log
from switchhook.serving.records.line_writer import LineWriter
from switchhook.serving.records.spool import Spool
from switchhook.serving.records.spool_log import START, Position, abandoned

from .spools import MEGABYTE, age, call, kill, records, spool_in, taken_over

# --- what is read back


def test_a_call_that_has_ended_is_read_as_it_was(tmp_path):
    spool, ended = spool_in(tmp_path), call("a", turns=2, outcome="completed")
    spool.grew(ended)
    spool.end(ended)
    kill(spool)
    assert records(taken_over(tmp_path)) == [json.loads(ended.line())]


def test_a_call_that_was_interrupted_is_marked_and_has_its_turns(tmp_path):
    spool, live = spool_in(tmp_path), call("a")
    spool.grew(live)
    for number in (1, 2, 3):
        live.turns.append(TurnRecord(number, "speech", float(number), f"text {number}"))
        spool.grew(live)
    kill(spool)
    [found] = records(taken_over(tmp_path))
    assert (found["outcome"], found["closed"]) == ("interrupted", "interrupted")
    assert [turn["text"] for turn in found["turns"]] == ["text 1", "text 2", "text 3"]


def test_a_turn_that_has_changed_is_read_as_it_was_last(tmp_path):
    spool, live = spool_in(tmp_path), call("a", turns=1)
    spool.grew(live)
    live.turns[0].latency["total"] = 0.5
    spool.grew(live)
    kill(spool)
    [found] = records(taken_over(tmp_path))
    assert [turn["latency"] for turn in found["turns"]] == [{"total": 0.5}]


def test_a_call_whose_outcome_was_known_keeps_it(tmp_path):
    spool = spool_in(tmp_path)
    spool.grew(call("a", outcome="handed_over", reason="a person is wanted"))
    kill(spool)
    [found] = records(taken_over(tmp_path))
    assert (found["outcome"], found["closed"]) == ("handed_over", "interrupted")


def test_records_are_read_in_the_order_in_which_calls_ended(tmp_path):
    spool, calls = spool_in(tmp_path), [call(name) for name in "abc"]
    for each in calls:
        spool.grew(each)
    for each in reversed(calls):
        spool.end(each)
    assert [each["id"] for each in records(spool.log)] == ["c", "b", "a"]


def test_reading_goes_on_where_it_was(tmp_path):
    spool = spool_in(tmp_path)
    for name in "abc":
        spool.end(call(name))
    first, at = spool.log.read(START, 2)
    rest, _ = spool.log.read(at, 2)
    assert [[each["id"] for each in some] for some in (first, rest)] == [["a", "b"], ["c"]]


def test_half_a_line_is_not_read_before_it_is_whole(tmp_path):
    spool = spool_in(tmp_path)
    spool.end(call("a"))
    line = f"{spool_log.ended_line(call('b').line())}\n".encode()
    with spool.log.path(1).open("ab") as file:
        file.write(line[:40])
        file.flush()
        first, at = spool.log.read(START, 9)
        file.write(line[40:])
    assert [[each["id"] for each in some] for some in (first, spool.log.read(at, 9)[0])] == [["a"], ["b"]]


def test_a_sink_goes_on_where_it_was_when_the_process_was_killed(tmp_path):
    spool = spool_in(tmp_path)
    for name in "ab":
        spool.end(call(name))
    _, at = spool.log.read(START, 1)
    spool.has(spool.log, "store", at)
    kill(spool)
    log = taken_over(tmp_path)
    assert [each["id"] for each in log.read(log.positions["store"], 9)[0]] == ["b"]


def test_interrupted_calls_are_marked_once_whoever_comes_after(tmp_path):
    spool = spool_in(tmp_path)
    spool.grew(call("a"))
    kill(spool)
    taken_over(tmp_path).release()
    assert [each["id"] for each in records(taken_over(tmp_path))] == ["a"]


def test_a_process_that_lives_keeps_its_log(tmp_path):
    spool_in(tmp_path).grew(call("a"))
    assert list(abandoned(tmp_path)) == []


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert list(abandoned(tmp_path / "none")) == []


@pytest.fixture
def without_lock(tmp_path):
    """A log of a process that has ended."""
    spool = spool_in(tmp_path)
    spool.end(call("a"))
    kill(spool)
    [lock] = tmp_path.glob("*.lock")
    lock.unlink()
    return spool.log.path(1)


def test_a_log_without_its_lock_is_taken_over_when_nobody_writes_to_it(tmp_path, without_lock):
    age(without_lock)
    assert [each["id"] for each in records(taken_over(tmp_path))] == ["a"]


def test_a_log_without_its_lock_that_was_just_written_to_is_not_taken_over(tmp_path, without_lock):
    assert list(abandoned(tmp_path)) == []
    assert without_lock.exists()


def test_a_log_that_is_removed_leaves_nothing(tmp_path):
    spool = spool_in(tmp_path)
    spool.end(call("a"))
    spool.log.remove()
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_reads_it(tmp_path):
    spool = spool_in(tmp_path / "spool")
    spool.end(call("a"))
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "spool", *(tmp_path / "spool").iterdir())]
    assert modes == [0o700, 0o600, 0o600]


STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["grew", "end"])), max_size=20)


@given(STEPS, st.floats(0, 1))
def test_killed_at_any_byte_each_call_is_there_once_and_ended_ones_are_whole(tmp_path_factory, steps, share):
    directory = tmp_path_factory.mktemp("spool")
    spool, live, sizes = spool_in(directory), {}, []
    for name, step in steps:
        number = sum(each.startswith(name) for each in live)
        known = live.setdefault(f"{name}{number - 1}", call(f"{name}{number - 1}")) if number else None
        if known is None or known.outcome:
            known = live[f"{name}{number}"] = call(f"{name}{number}")
        if step == "grew":
            known.turns.append(TurnRecord(len(known.turns) + 1, "speech", 0.0))
            spool.grew(known)
        else:
            known.outcome = "completed"
            spool.end(known)
        sizes.append((spool.log.path(1).stat().st_size, known.record_id, step))
    kill(spool)
    path = spool.log.path(1)
    cut = int(share * path.stat().st_size) if path.exists() else 0
    if path.exists():
        with path.open("r+b") as file:
            file.truncate(cut)
    seen = {name: step for size, name, step in sizes if size <= cut}
    found = {each["record_id"]: each["outcome"] for each in records(taken_over(directory))}
    assert found == {name: "completed" if step == "end" else "interrupted" for name, step in seen.items()}


# --- its bounds


def test_a_spool_that_is_full_takes_no_more_and_the_log_has_the_record(tmp_path, caplog):
    spool = spool_in(tmp_path, most=1_500)
    for name in "abc":
        spool.end(call(name))
    kept = [each["id"] for each in records(spool.log)]
    assert kept == ["a", "b"]
    assert call("c").line() in caplog.text
    assert "the spool is full" in caplog.text


def test_the_last_part_of_the_spool_is_for_calls_that_end(tmp_path):
    spool, live = spool_in(tmp_path, most=2_000), call("live")
    for _ in range(5):
        spool.grew(live)
    spool.end(call("a"))
    assert [each["id"] for each in records(spool.log)] == ["a"]


def test_that_live_calls_cannot_be_written_is_said_once(tmp_path, caplog):
    spool = spool_in(tmp_path, most=100)
    for name in "abc":
        spool.grew(call(name))
    [said] = [each.message for each in caplog.records if each.levelname == "ERROR"]
    assert "live calls may leave no record" in said


def test_before_it_could_begin_records_go_to_the_log(tmp_path, caplog):
    (tmp_path / "file").write_text("no directory")
    spool = Spool(tmp_path / "file", MEGABYTE, LineWriter(tmp_path))
    assert not spool.begin()
    spool.end(call("a"))
    assert call("a").line() in caplog.text


@pytest.fixture
def small(monkeypatch):
    """Each line has a segment to itself."""
    monkeypatch.setattr(spool_module, "SEGMENT", 100)


def test_it_goes_on_in_another_segment(tmp_path, small):
    spool = spool_in(tmp_path)
    for name in "abc":
        spool.end(call(name))
    assert spool.log.segments() == [1, 2, 3]
    assert [each["id"] for each in records(spool.log)] == ["a", "b", "c"]


@pytest.mark.anyio
async def test_a_live_call_keeps_no_old_segment(tmp_path, small):
    spool, live = spool_in(tmp_path), call("live", turns=5)
    spool.grew(live)
    spool.end(call("a"))
    assert spool.log.carried == 1
    await spool._carry()
    spool.log.remove_before(spool.log.carried)
    kill(spool)
    found = {each["id"]: len(each["turns"]) for each in records(taken_over(tmp_path))}
    assert found["live"] == 5


@pytest.mark.anyio
async def test_what_was_removed_makes_room(tmp_path, small):
    spool, told = spool_in(tmp_path), []
    spool.end(call("a"))
    spool.end(call("b"))
    before = spool.size
    spool.log.remove_before(2)
    spool.removed(2)
    spool.look(lambda name, value: told.append((name, value)))
    assert 0 < spool.size < before
    assert told == [("record_spool_bytes", spool.size)]


@pytest.mark.anyio
async def test_what_was_written_is_sent_to_the_disk_once(tmp_path, monkeypatch):
    spool, sent = spool_in(tmp_path), []
    monkeypatch.setattr("os.fdatasync", sent.append)
    spool.end(call("a"))
    await spool._sync()
    await spool._sync()
    assert len(sent) == 1


def test_positions_are_in_order():
    assert START < Position(1, 0) < Position(1, 5) < Position(2, 0)
