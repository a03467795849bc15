"""The spool: its folder is moved away while the process lives."""

import pytest

from switchhook.serving.records.spool_log import START, Position, abandoned

from .spools import age, call, kill, records, spool_in, taken_over


@pytest.fixture
def moved(tmp_path):
    """A spool whose folder lies in `old` now, with a live call and one that has ended. In the place where it
    was, one more has ended."""
    spool, live = spool_in(tmp_path / "spool"), call("live", turns=5)
    spool.grew(live)
    spool.end(call("before"))
    spool.has(spool.log, "store", spool.log.read(START, 9)[1])
    (tmp_path / "spool").rename(tmp_path / "old")
    spool.end(call("meanwhile"))
    return spool


def noticed(spool):
    spool.go_on_in(spool.log.again())
    return spool


def test_a_process_that_lives_keeps_what_it_writes_where_its_folder_was(moved):
    assert list(abandoned(moved.directory)) == []
    noticed(moved)
    age(*moved.directory.iterdir())
    assert list(abandoned(moved.directory)) == []


def test_what_lies_in_a_folder_that_was_moved_is_its_own_until_it_ends(tmp_path, moved):
    noticed(moved)
    age(*(tmp_path / "old").iterdir())
    assert list(abandoned(tmp_path / "old")) == []
    kill(moved)
    assert [each["id"] for each in records(taken_over(tmp_path / "old"))] == ["before", "live"]


def test_a_sink_gets_what_was_written_since_the_folder_was_moved(moved):
    noticed(moved).end(call("after"))
    at = moved.log.positions.get("store", START)
    assert [each["id"] for each in moved.log.read(at, 9)[0]] == ["meanwhile", "after"]


def test_what_a_sink_took_of_a_folder_that_was_moved_says_nothing_of_the_new_one(moved):
    of_old = moved.log
    noticed(moved).has(of_old, "store", Position(1, 10_000))
    kill(moved)
    log = taken_over(moved.directory)
    assert log.positions == {}


@pytest.mark.anyio
async def test_a_live_call_goes_on_in_the_new_folder_with_all_its_turns(moved):
    await noticed(moved)._carry()
    kill(moved)
    found = {each["id"]: each["turns"] for each in records(taken_over(moved.directory))}
    assert [turn["text"] for turn in found["live"]] == [f"text {number}" for number in range(1, 6)]


def test_a_folder_that_was_moved_before_a_call_came_is_made_anew(tmp_path):
    spool = spool_in(tmp_path / "spool")
    (tmp_path / "spool").rename(tmp_path / "old")
    assert records(spool.log) == []
    assert list(abandoned(noticed(spool).directory)) == []


def test_a_lock_that_is_there_stays(tmp_path):
    assert spool_in(tmp_path).log.again() is None
