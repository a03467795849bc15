"""Records in one file a day, which is a sink like any other."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CallRecord
from switchhook.serving.records import file_sink
from switchhook.serving.records.erasing import erase_lines
from switchhook.serving.records.file_sink import REMEMBERED, FilesSink

TODAY = "2026-03-01T12:00:00.000+00:00"
pytestmark = pytest.mark.anyio


def record(record_id="r-1", **given):
    return json.loads(
        CallRecord("leg-1", "support", record_id=record_id, **{"started": TODAY, **given}).line()
    )


def lines(directory):
    return [
        json.loads(line)
        for file in sorted(directory.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def ids(directory):
    return [line.get("record_id") for line in lines(directory)]


async def found(sink, wanted="", newest=None):
    return [each["record_id"] async for each in sink.records(wanted, newest)]


# --- writing


@pytest.mark.parametrize(
    ("started", "seconds", "day"),
    [
        (TODAY, 0.0, "2026-03-01"),
        ("2026-03-01T23:59:50.000+00:00", 60.0, "2026-03-02"),
        ("yesterday", 0.0, "undated"),
        (TODAY, 1e300, "undated"),
    ],
)
def test_a_record_goes_to_the_file_of_the_day_that_its_call_ended(tmp_path, started, seconds, day):
    FilesSink(tmp_path).append([record(started=started, seconds=seconds)])
    assert [file.name for file in tmp_path.iterdir()] == [f"calls-{day}.jsonl"]


def test_records_are_appended_a_line_each_also_by_the_next_process(tmp_path):
    FilesSink(tmp_path).append([record("a"), record("b")])
    FilesSink(tmp_path).append([record("c")])
    assert ids(tmp_path) == ["a", "b", "c"]


def test_what_was_put_is_what_is_there(tmp_path):
    given = record(reason="hello\nthere")
    FilesSink(tmp_path).append([given])
    assert lines(tmp_path) == [given]


def test_the_directory_is_made_and_only_its_owner_reads_it(tmp_path):
    FilesSink(tmp_path / "a" / "b").append([record()])
    [file] = (tmp_path / "a" / "b").iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


def test_a_directory_that_is_none_is_an_error_for_which_it_is_asked_again(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        FilesSink(tmp_path / "file").append([record()])


def test_text_that_is_no_unicode_is_kept_in_an_escape(tmp_path):
    FilesSink(tmp_path).append([record(reason="half \ud83d of a pair")])
    assert lines(tmp_path)[0]["reason"] == "half \ud83d of a pair"


@given(st.text(alphabet="a\ud800\udfff€😀"))
def test_any_text_is_read_back_from_a_line(tmp_path_factory, text):
    directory = tmp_path_factory.mktemp("line")
    FilesSink(directory).append([record(reason=text)])
    written = lines(directory)[0]["reason"]
    assert written.encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")


# --- once


def test_a_record_that_comes_again_is_written_once(tmp_path):
    sink = FilesSink(tmp_path)
    for some in (["a"], ["a", "b"], ["b", "c"]):
        sink.append([record(each) for each in some])
    assert ids(tmp_path) == ["a", "b", "c"]


def test_also_by_the_process_that_comes_after_one_that_was_killed(tmp_path):
    FilesSink(tmp_path).append([record("a")])
    FilesSink(tmp_path).append([record("a"), record("b")])
    assert ids(tmp_path) == ["a", "b"]


def test_also_where_two_processes_write(tmp_path):
    one, other = FilesSink(tmp_path), FilesSink(tmp_path)
    one.append([record("a")])
    other.append([record("b")])
    one.append([record("b"), record("c")])
    other.append([record("c"), record("d")])
    assert ids(tmp_path) == ["a", "b", "c", "d"]


def test_processes_that_write_at_once_leave_whole_lines_only(tmp_path):
    names = [[f"{process}-{number}" for number in range(200)] for process in range(4)]
    with ThreadPoolExecutor(4) as threads:
        for some in names:
            threads.submit(FilesSink(tmp_path).append, [record(each, reason="x" * 5000) for each in some])
    assert sorted(ids(tmp_path)) == sorted(each for some in names for each in some)


def test_what_it_remembers_is_bounded(tmp_path):
    sink = FilesSink(tmp_path)
    sink.append([record(f"r{number}") for number in range(REMEMBERED + 50)])
    [day] = sink._days.values()
    assert len(day._known) == REMEMBERED


def test_of_a_long_file_only_its_end_is_read(tmp_path, monkeypatch):
    FilesSink(tmp_path).append([record("a"), record("b")])
    monkeypatch.setattr(file_sink, "LOOKED_AT", 100)
    FilesSink(tmp_path).append([record("b"), record("a")])
    assert ids(tmp_path) == ["a", "b", "a"]


# --- reading


async def test_records_are_found_the_oldest_first(tmp_path):
    sink = FilesSink(tmp_path)
    sink.append(
        [
            record("b", started="2026-03-02T12:00:00+00:00"),
            record("a"),
            record("c", started="2026-03-03T12:00:00+00:00"),
        ]
    )
    assert await found(sink) == ["a", "b", "c"]


@pytest.mark.parametrize(("newest", "names"), [(1, ["c"]), (2, ["b", "c"]), (9, ["a", "b", "c"])])
async def test_the_newest_are_found_over_several_days(tmp_path, newest, names):
    sink = FilesSink(tmp_path)
    sink.append([record("a"), record("b"), record("c", started="2026-03-02T12:00:00+00:00")])
    assert await found(sink, newest=newest) == names


async def test_of_many_records_only_some_are_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(file_sink, "AT_ONCE", 3)
    sink, read, loads = FilesSink(tmp_path), [], json.loads
    sink.append([record(f"r{number:02d}") for number in range(20)])
    noted = lambda line: read.append(line) or loads(line)  # noqa: E731
    monkeypatch.setattr(file_sink.json, "loads", noted)  # type: ignore[attr-defined]
    names = []
    async for each in sink.records("", None):
        names.append(each["record_id"])
        assert len(read) <= len(names) + 2
    assert names == [f"r{number:02d}" for number in range(20)]


async def test_a_day_that_is_deleted_while_records_are_read_keeps_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(file_sink, "AT_ONCE", 1)
    sink, names = FilesSink(tmp_path), []
    sink.append([record("a"), record("b", started="2026-03-02T12:00:00+00:00")])
    sink.append([record("c", started="2026-03-03T12:00:00+00:00")])
    async for each in sink.records("", None):
        names.append(each["record_id"])
        (tmp_path / "calls-2026-03-02.jsonl").unlink(missing_ok=True)
    assert names == ["a", "c"]


@pytest.mark.parametrize("name", ["record_id", "id", "conversation_id"])
async def test_a_record_is_found_by_each_of_its_ids(tmp_path, name):
    sink, other = FilesSink(tmp_path), record("other")
    sink.append([other, {**record("mine"), name: "wanted"}])
    assert len(await found(sink, "wanted")) == 1


async def test_refusals_and_half_lines_are_no_records(tmp_path):
    sink = FilesSink(tmp_path)
    sink.append([record("a")])
    [file] = tmp_path.iterdir()
    with file.open("a") as lines:
        lines.write('{"kind":"refused","record_id":"x"}\n[1]\n{"kind":"call","record')
    assert await found(sink) == ["a"]


# --- erasing


async def test_what_is_erased_is_gone_and_the_rest_stays(tmp_path):
    sink = FilesSink(tmp_path)
    sink.append(
        [record("a", conversation_id="x", reason="secret"), record("b"), record("c", conversation_id="x")]
    )
    assert await sink.erase("x") == 2
    [file] = tmp_path.iterdir()
    assert await found(sink) == ["b"]
    assert "secret" not in file.read_text()


async def test_every_line_is_still_json_after_that(tmp_path):
    sink = FilesSink(tmp_path)
    sink.append([record("a", conversation_id="x"), record("b")])
    await sink.erase("x")
    assert [line["kind"] for line in lines(tmp_path)] == ["erased", "call"]


def test_who_appends_meanwhile_loses_no_line(tmp_path):
    file = tmp_path / "lines"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{json.dumps(record('a'))}\n".encode())
    assert erase_lines(file, "a") == 1
    os.write(descriptor, f"{json.dumps(record('b'))}\n".encode())
    os.close(descriptor)
    kinds = [json.loads(line)["kind"] for line in file.read_text().splitlines()]
    assert kinds == ["erased", "call"]


def test_a_text_that_only_mentions_the_id_stays(tmp_path):
    sink = FilesSink(tmp_path)
    sink.append([record("a", reason="x")])
    [file] = tmp_path.iterdir()
    assert erase_lines(file, "x") == 0


@pytest.mark.parametrize("wrap", ["ended", "growing", "record"])
def test_lines_of_the_spool_and_dead_letters_are_erased_too(tmp_path, wrap):
    file = tmp_path / "lines"
    file.write_text(f"{json.dumps({wrap: record('a')})}\n")
    assert erase_lines(file, "a") == 1


@given(st.lists(st.sampled_from("abc"), max_size=6), st.sampled_from("abc"))
def test_erasing_keeps_the_length_of_a_file_and_all_other_lines(tmp_path_factory, names, wanted):
    file = tmp_path_factory.mktemp("erasing") / "lines"
    file.write_text("".join(f"{json.dumps(record(name))}\n" for name in names))
    size = file.stat().st_size
    assert erase_lines(file, wanted) == names.count(wanted)
    left = [json.loads(line).get("record_id") for line in file.read_text().splitlines()]
    assert (file.stat().st_size, [each for each in left if each]) == (size, [n for n in names if n != wanted])
