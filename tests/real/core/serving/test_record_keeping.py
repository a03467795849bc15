"""From the spool to sinks and away, with the threads and locks that virtual time knows nothing of."""

import json
import threading

import anyio
import pytest

from switchhook import CallRecord
from switchhook.contract.record_settings import RecordsSettings
from switchhook.contract.records import TurnRecord
from switchhook.serving.records import spool as spool_module
from switchhook.serving.records.file_sink import FilesSink
from switchhook.serving.records.keeping import RecordKeeping
from switchhook.serving.records.line_file import LineFiles, Unwritten

pytestmark = pytest.mark.anyio
AT = "2026-03-01T12:00:00.000+00:00"


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Sink:
    def __init__(self, error=None):
        self.taken, self.error = [], error

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def put(self, records, /):
        if self.error is not None:
            raise self.error
        self.taken += [(each["record_id"], each["outcome"]) for each in records]


def keeping(tmp_path, **sinks):
    return RecordKeeping(RecordsSettings(directory=tmp_path / "records"), sinks)


def call(name, **given):
    turns = [TurnRecord(1, "start", 0.0)]
    return CallRecord(name, "support", AT, record_id=name, turns=turns, **given)


def measured(*_):
    pass


def end(records, *names):
    for name in names:
        ended = call(name)
        records.grew(ended)
        ended.outcome = "completed"
        records.call(ended)


async def until(condition):
    with anyio.fail_after(20):
        while not condition():
            await anyio.sleep(0.02)


def spooled(tmp_path):
    return sorted(path.suffix for path in (tmp_path / "records/spool").iterdir())


async def test_every_sink_has_every_record_soon(tmp_path):
    one, other = Sink(), Sink()
    records = keeping(tmp_path, one=one, other=other)
    async with records.kept(measured):
        end(records, "a", "b")
        await until(lambda: len(one.taken) == len(other.taken) == 2)
    assert one.taken == other.taken == [("a", "completed"), ("b", "completed")]


async def test_at_the_end_everything_is_delivered_and_the_spool_is_empty(tmp_path):
    sink = Sink()
    records = keeping(tmp_path, one=sink)
    async with records.kept(measured):
        end(records, *"abcdefgh")
    assert [name for name, _ in sink.taken] == list("abcdefgh")
    assert spooled(tmp_path) == []


async def test_what_a_sink_has_not_taken_waits_for_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr("switchhook.serving.records.keeping.PATIENCE", 0.2)
    here, away, back = Sink(), Sink(OSError()), Sink()
    records = keeping(tmp_path, here=here, away=away)
    async with records.kept(measured):
        end(records, "a", "b")
    again = keeping(tmp_path, here=here, away=back)
    async with again.kept(measured):
        await until(lambda: len(back.taken) == 2)
    assert [name for name, _ in here.taken] == ["a", "b"]  # and not again
    assert spooled(tmp_path) == []


@pytest.mark.parametrize("away", [True, False])
async def test_who_has_not_taken_all_at_the_end_is_named(tmp_path, monkeypatch, caplog, away):
    """Whoever names another folder then knows that there are records in this one."""
    if away:
        monkeypatch.setattr("switchhook.serving.records.keeping.PATIENCE", 0.5)
    records = keeping(tmp_path, here=Sink(), away=Sink(OSError() if away else None))
    async with records.kept(measured):
        end(records, "a")
        await until(lambda: records._sinks["here"].taken)
    said = f"away did not get all records: the rest waits in {tmp_path / 'records/spool'} for the next server"
    assert any(message.startswith(said) for message in caplog.messages) is away


async def test_calls_of_a_process_that_was_killed_are_marked_and_delivered(tmp_path, caplog):
    killed = keeping(tmp_path, one=Sink())
    killed.spool.begin()
    killed.grew(call("live"))
    end(killed, "ended")
    killed.spool.log.release()  # as the kernel does
    sink = Sink()
    async with keeping(tmp_path, one=sink).kept(measured):
        await until(lambda: len(sink.taken) == 2)
    assert sink.taken == [("ended", "completed"), ("live", "interrupted")]
    assert "1 calls were interrupted when process" in caplog.text


async def test_a_process_that_lives_keeps_its_calls(tmp_path):
    lives, sink = keeping(tmp_path, one=Sink()), Sink()
    lives.spool.begin()
    lives.grew(call("live"))
    other = keeping(tmp_path, one=sink)
    async with other.kept(measured):
        end(other, "mine")
        await until(lambda: sink.taken)
    assert sink.taken == [("mine", "completed")]


async def test_two_processes_do_not_take_over_the_same_calls(tmp_path):
    killed = keeping(tmp_path, one=Sink())
    killed.spool.begin()
    end(killed, *"abc")
    killed.spool.log.release()
    sinks = [Sink(), Sink()]
    async with keeping(tmp_path, one=sinks[0]).kept(measured), keeping(tmp_path, one=sinks[1]).kept(measured):
        await until(lambda: sum(len(each.taken) for each in sinks) == 3)
    assert sorted(name for each in sinks for name, _ in each.taken) == ["a", "b", "c"]


async def test_a_new_sink_is_given_what_still_waits(tmp_path, monkeypatch):
    monkeypatch.setattr("switchhook.serving.records.keeping.PATIENCE", 0.2)
    records = keeping(tmp_path, away=Sink(OSError()))
    async with records.kept(measured):
        end(records, "a")
    new = Sink()
    async with keeping(tmp_path, new=new).kept(measured):
        await until(lambda: new.taken)
    assert new.taken == [("a", "completed")]


async def test_segments_that_every_sink_has_are_removed_while_calls_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(spool_module, "SEGMENT", 2_000)
    sink = Sink()
    records = keeping(tmp_path, one=sink)
    async with records.kept(measured):
        records.grew(call("live"))
        end(records, *(f"r{number}" for number in range(50)))
        await until(lambda: len(records.spool.log.segments()) <= 2 and len(sink.taken) == 50)
        assert records.spool.size < 10_000
    assert [name for name, _ in sink.taken] == [f"r{number}" for number in range(50)]


async def test_a_record_that_is_refused_is_a_dead_letter_with_why(tmp_path, monkeypatch):
    monkeypatch.setattr("switchhook.serving.records.delivery.FIRST", 0.001)
    monkeypatch.setattr("switchhook.serving.records.delivery.LONGEST_REFUSAL", 0.001)
    records = keeping(tmp_path, picky=Sink(ValueError("x")))
    async with records.kept(measured):
        end(records, "a")
        file = tmp_path / "records/spool/dead-letters-picky.jsonl"
        await until(lambda: file.exists() and file.read_text().endswith("\n"))
    letter = json.loads(file.read_text())
    assert (letter["sink"], letter["why"], letter["record"]["record_id"]) == ("picky", "ValueError", "a")


async def test_a_directory_that_can_be_written_later_is_written_then(tmp_path):
    (tmp_path / "records").write_text("in the way")
    sink = Sink()
    records = keeping(tmp_path, one=sink)
    async with records.kept(measured):
        (tmp_path / "records").unlink()
        await until(lambda: records.spool.log is not None)
        end(records, "a")
        await until(lambda: sink.taken)


async def test_who_is_cancelled_leaves_the_spool_to_whoever_comes_next(tmp_path):
    records = keeping(tmp_path, away=Sink(OSError()))
    with anyio.CancelScope() as scope:
        async with records.kept(measured):
            end(records, "a")
            scope.cancel()
            await anyio.sleep_forever()
    new = Sink()
    async with keeping(tmp_path, away=new).kept(measured):
        await until(lambda: new.taken)
    assert new.taken == [("a", "completed")]


async def test_a_disk_that_hangs_keeps_no_server_from_ending(tmp_path, monkeypatch):
    monkeypatch.setattr("switchhook.serving.records.keeping.PATIENCE", 0.05)
    disk = threading.Event()
    monkeypatch.setattr(RecordKeeping, "_clear", lambda _: disk.wait(60))
    with anyio.fail_after(10):
        async with keeping(tmp_path, one=Sink()).kept(measured):
            pass
    disk.set()


async def test_calls_end_once_whose_folder_is_moved_away_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setattr("switchhook.serving.records.keeping.LOOK", 1.0)
    monkeypatch.setattr("switchhook.serving.records.delivery.LOOK", 0.1)
    sink, live = Sink(), call("live")
    records = keeping(tmp_path, one=sink)
    async with records.kept(measured):
        records.grew(live)
        end(records, "before")
        await until(lambda: len(sink.taken) == 1)
        (tmp_path / "records").rename(tmp_path / "old")
        end(records, "meanwhile")
        await until(lambda: "meanwhile" in dict(sink.taken))
        live.outcome = "completed"
        records.call(live)
        await until(lambda: "live" in dict(sink.taken))
    assert sink.taken == [(name, "completed") for name in ("before", "meanwhile", "live")]


@pytest.fixture
def disk(monkeypatch):
    """Full as long as it holds something."""
    held, append = [], LineFiles.append

    def appended(files, path, lines):
        if held:
            raise Unwritten(0, "No space left on device")
        append(files, path, lines)

    monkeypatch.setattr(LineFiles, "append", appended)
    return held


async def test_while_the_disk_is_full_sinks_elsewhere_get_records_all_the_same(tmp_path, disk, caplog):
    elsewhere, here = Sink(), Sink(OSError(28, "No space left on device"))
    records = keeping(tmp_path, here=here, elsewhere=elsewhere)
    async with records.kept(measured):
        end(records, "before")
        await until(lambda: elsewhere.taken)
        disk.append("all that there was room for")
        end(records, "a", "b")
        await until(lambda: len(elsewhere.taken) == 3)
        assert "the spool did not take 2 records of calls" in caplog.text
        disk.clear()
        here.error = None
        await until(lambda: len(here.taken) == 3)
    assert [name for name, _ in elsewhere.taken] == [name for name, _ in here.taken] == ["before", "a", "b"]


async def test_what_the_disk_does_not_take_at_the_end_comes_to_sinks_before_it(tmp_path, disk):
    sink = Sink()
    records = keeping(tmp_path, one=sink)
    disk.append("all that there was room for")
    async with records.kept(measured):
        end(records, "a")
    assert sink.taken == [("a", "completed")]


async def test_records_go_to_files_as_they_end(tmp_path):
    records = keeping(tmp_path, files=FilesSink(tmp_path / "records"))
    async with records.kept(measured):
        end(records, "a", "b")
    [file] = (tmp_path / "records").glob("calls-*.jsonl")
    assert [json.loads(line)["record_id"] for line in file.read_text().splitlines()] == ["a", "b"]


async def test_without_sinks_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    records = RecordKeeping(RecordsSettings(), {})
    async with records.kept(measured):
        end(records, "a")
        records.refusal("no", {})
    assert list(tmp_path.iterdir()) == []
