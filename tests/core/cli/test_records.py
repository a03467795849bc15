"""`switchhook records`: what there is of a call, and that nothing is left of it once it was erased."""

import json
import os
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CallRecord, wav_file
from switchhook.__main__ import main
from switchhook.contract.records import TurnRecord
from switchhook.serving.records.file_sink import FilesSink
from switchhook.serving.records.line_writer import LineWriter
from switchhook.serving.records.spool import Spool
from switchhook.serving.records.spool_log import START
from switchhook.serving.records.story import line, lines, story

AT = "2026-03-01T12:00:{:02d}.000+00:00"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "switchhook.toml").write_text('[records]\ndirectory = "records"\n')
    return tmp_path / "records"


@pytest.fixture
def run(capsys):
    def run(*arguments):
        try:
            status = main(("records", *arguments))
        except SystemExit as ended:
            status = ended.code
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def call(name, second=0, **given):
    turns = [
        TurnRecord(1, "start", 0.0, said=["welcome"], latency={"assistant": 0.2, "synthesis": 0.1}),
        TurnRecord(
            2, "speech", 4.0, "my balance", 0.9, {"at": 2.4, "heard": 1.5}, {"assistant": 0.3, "total": 0.8}
        ),
    ]
    faults = [{"source": "tts", "hook": "engine", "error": "gone", "at": 3.0, "engine": "tts acme"}]
    made = {"turns": turns, "faults": faults, "outcome": "completed", "closed": "ended", "seconds": 9.0}
    return CallRecord(
        f"leg-{name}", "support", AT.format(second), f"talk-{name}", record_id=name, **{**made, **given}
    )


def kept(folder, *names):
    records = [json.loads(call(name, second).line()) for second, name in enumerate(names)]
    FilesSink(folder).append(records)
    return records


# --- list and export


def test_the_newest_calls_are_a_line_each(folder, run):
    kept(folder, *"abc")
    status, out, _ = run("list", "--newest", "2")
    assert status == 0
    assert out.splitlines() == [
        f"2026-03-01T12:00:0{second}  talk-{name}  support  completed  9.0 s  2 turns"
        for second, name in ((1, "b"), (2, "c"))
    ]


def test_export_gives_records_as_they_are(folder, run):
    records = kept(folder, *"abc")
    _, out, _ = run("export")
    assert [json.loads(line) for line in out.splitlines()] == records


def test_export_of_a_call_gives_its_records(folder, run):
    _, wanted = kept(folder, *"ab")
    _, out, _ = run("export", "talk-b")
    assert [json.loads(line) for line in out.splitlines()] == [wanted]


@pytest.mark.parametrize("command", ["show", "export", "erase"])
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_id_is_not_that_of_every_call(folder, run, command, empty):
    """A script whose variable is not set would erase all."""
    kept(folder, *"ab")
    status, out, error = run(command, empty)
    assert (status, out) == (2, "")
    assert "expected the id of a call, got an empty text" in error
    assert len(run("list")[1].splitlines()) == 2


def test_that_there_are_no_records_yet_is_said(run):
    status, out, error = run("list")
    assert (status, out) == (0, "")
    assert "there are no records yet" in error


@pytest.mark.parametrize("command", [("list",), ("show", "talk-a"), ("export",), ("erase", "talk-a")])
def test_a_folder_that_may_not_be_read_is_not_an_empty_one(folder, run, command, monkeypatch):
    kept(folder, "a")
    listdir = os.listdir

    def refused(path="."):
        if str(path) == str(folder):
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    monkeypatch.setattr("os.listdir", refused)
    status, out, error = run(*command)
    assert (status, out) == (1, "")
    assert error.startswith("switchhook records: ")
    assert error.endswith(f"{folder}: Permission denied\n")


@pytest.mark.parametrize("page", ["missing/call.html", "."])
def test_a_page_that_cannot_be_written_is_said(folder, run, page):
    kept(folder, "a")
    status, _, error = run("show", "talk-a", "--html", page)
    assert status == 1
    assert error.startswith(f"switchhook records: {page}: ")
    assert "Traceback" not in error


@pytest.mark.parametrize("command", ["show", "export", "erase"])
def test_a_call_that_is_not_there_is_said(folder, run, command):
    kept(folder, "a")
    status, out, error = run(command, "talk-x")
    assert (status, out) == (1, "")
    assert "there is no record of talk-x" in error


def test_without_records_to_read_the_way_out_is_said(folder, run):
    (folder.parent / "switchhook.toml").write_text("")
    status, _, error = run("list")
    assert status == 2
    assert "say a directory there" in error


def test_a_sink_that_is_not_there_is_said_with_those_that_are(run):
    status, _, error = run("list", "--sink", "file")
    assert status == 2
    assert "files-" in error


def test_a_sink_is_named_without_what_tells_it_from_others(folder, run):
    kept(folder, "a")
    assert "talk-a" in run("list", "--sink", "files")[1]


# --- show


def test_a_call_is_told_in_the_order_of_time_with_its_latencies(folder, run):
    kept(folder, "a")
    _, out, _ = run("show", "talk-a")
    told = [" ".join(line.split()) for line in out.splitlines()]
    assert told[1:-1] == [
        "0.00 call to support began",
        "0.00 call turn 1 start",
        "0.20 bot welcome",
        "0.20 call assistant 0.20 s, synthesis 0.10 s",
        "2.40 caller interrupts after 1.50 s of the prompt",
        "3.00 call fault of tts, engine (tts acme): gone",
        "4.00 caller turn 2 speech: my balance (confidence 0.9)",
        "4.30 call assistant 0.30 s, total 0.80 s",
        "9.00 call ended, completed (the leg: ended)",
    ]


@pytest.mark.parametrize("wanted", ["a", "leg-a", "talk-a"])
def test_it_is_found_by_each_of_its_ids(folder, run, wanted):
    kept(folder, "a")
    assert run("show", wanted)[0] == 0


def test_a_call_is_drawn_as_one_page(folder, run):
    kept(folder, "a")
    events = [{"time": 0.2, "type": "PromptStarted", "prompt": 1}]
    (folder / "events-leg-a.jsonl").write_text(
        "".join(json.dumps(each) + "\n" for each in events) + '{"time": 9'
    )
    status, out, _ = run("show", "talk-a", "--html", "call.html")
    assert (status, out.splitlines()[-1]) == (0, "its page: call.html")
    assert "talk-a" in (folder.parent / "call.html").read_text()


@pytest.mark.parametrize("cut", [b'{"time": 9, "a": {}', b'{"time": 9, "text": "\xc3', b"[]", b"\xff\xfe"])
def test_an_event_that_was_cut_anywhere_keeps_no_page_from_being_drawn(folder, run, cut):
    kept(folder, "a")
    (folder / "events-leg-a.jsonl").write_bytes(
        b'{"time": 0.2, "type": "PromptStarted", "prompt": 1}\n' + cut
    )
    status, out, _ = run("show", "talk-a", "--html", "call.html")
    assert (status, out.splitlines()[-1]) == (0, "its page: call.html")


def test_only_its_owner_reads_the_page(folder, run):
    kept(folder, "a")
    run("show", "talk-a", "--html", "call.html")
    assert (folder.parent / "call.html").stat().st_mode & 0o777 == 0o600


SOUND = wav_file(bytes(range(256)) * 100, 8000, 2)


def drawn(folder, run, *recordings, options=()):
    """The page, its words without tags, and what the command says before it names the page."""
    kept(folder, "a")
    FilesSink(folder).append([json.loads(call("b", recordings=[str(each) for each in recordings]).line())])
    status, out, error = run("show", "talk-b", "--html", "call.html", *options)
    assert (status, error) == (0, "")
    page = (folder.parent / "call.html").read_text()
    return page, [line for line in out.splitlines() if line.startswith("its recording")]


def test_a_recording_on_this_machine_is_drawn(folder, run, tmp_path):
    (tmp_path / "b.wav").write_bytes(SOUND)
    page, said = drawn(folder, run, tmp_path / "b.wav")
    assert ('class="bot" points' in page, said) == (True, [])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("b.wav.age", b"sealed", "is encrypted: with the file of its key, --identity KEYS draws it, and"),
        ("b.wav", None, "is not there any more, or not on this machine"),
        ("b.wav", b"no sound", "cannot be drawn: expected a WAV file"),
        ("s3://calls/b.wav", None, "its recording is in a store, s3://calls/b.wav"),
    ],
    ids=["encrypted", "deleted", "broken", "stored"],
)
def test_a_recording_that_cannot_be_drawn_is_said_on_the_page_too(folder, run, tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    page, [line] = drawn(folder, run, name if "://" in name else tmp_path / name)
    assert said in line
    assert f"<p>{escape(line)}</p>" in page
    assert 'class="bot" points' not in page


def test_the_command_that_opens_an_encrypted_recording_names_it(folder, run, tmp_path):
    (tmp_path / "b.wav.age").touch()
    _, [line] = drawn(folder, run, tmp_path / "b.wav.age")
    assert f"`age -d -i KEYS {tmp_path}/b.wav.age > call.wav` opens it" in line


def test_a_plugin_opens_an_encrypted_recording_with_the_key(folder, run, tmp_path, site):
    (tmp_path / "b.wav.age").write_bytes(SOUND[::-1])
    (tmp_path / "key").write_text("the key")
    opening = (
        "from switchhook import hookimpl\n@hookimpl\ndef open_recording(file, identity):\n"
        "    return file.read_bytes()[::-1] if identity.read_text() == 'the key' else None\n"
    )
    site.add("extension", "locksmith", opening)
    page, said = drawn(folder, run, tmp_path / "b.wav.age", options=["--identity", str(tmp_path / "key")])
    assert ('class="bot" points' in page, said) == (True, [])


def test_a_key_without_a_page_to_draw_is_an_error(folder, run):
    kept(folder, "a")
    status, _, error = run("show", "talk-a", "--identity", "key")
    assert status == 2
    assert "say --html FILE too" in error


def test_of_a_call_that_is_not_there_no_page_is_drawn(folder, run):
    kept(folder, "a")
    assert run("show", "talk-b", "--html", "call.html")[0] == 1
    assert not (folder.parent / "call.html").exists()


def test_what_a_terminal_would_obey_is_shown_harmless(folder, run):
    FilesSink(folder).append([json.loads(call("a", reason="\x1b[2J").line())])
    assert "\x1b" not in run("show", "talk-a")[1]


def test_that_words_were_not_kept_is_said_with_the_setting_that_keeps_them(folder, run):
    kept(folder, "a")
    hidden = [TurnRecord(1, "speech", 1.0, "•••")]
    FilesSink(folder).append([json.loads(call("b", turns=hidden).line())])
    assert "`unmask` of a connector" in run("show", "talk-b")[1]
    assert "unmask" not in run("show", "talk-a")[1]


def test_one_is_not_many(folder, run):
    FilesSink(folder).append([json.loads(call("a", turns=[TurnRecord(1, "start", 0.0)], barge_ins=1).line())])
    assert run("list")[1].endswith("  1 turn\n")
    assert "1 turn, 1 barge-in, " in run("show", "talk-a")[1]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
OF_TURN = st.sampled_from(["number", "kind", "at", "text", "said", "barge_in", "latency", "confidence"])
TURNS = st.lists(st.dictionaries(OF_TURN, JSON) | JSON, max_size=3)
OF_CALL = st.sampled_from(
    [
        "id",
        "started",
        "connector",
        "seconds",
        "outcome",
        "reason",
        "faults",
        "not_performed",
        "usage",
        "barge_ins",
        "failovers",
        "pauses",
        "caller_audio",
        "synthesized",
        "turns",
    ]
)


@given(st.dictionaries(OF_CALL, JSON), TURNS)
def test_whatever_is_in_a_record_it_has_a_line_and_a_story(record, turns):
    for each in (record, {**record, "turns": turns}):
        assert "\n" not in line(each)
        assert list(lines(each))


def test_a_record_of_another_version_is_told_as_far_as_it_goes():
    odd = {"turns": [None, {"number": "x", "at": "soon", "latency": None}], "faults": "many"}
    assert [each.who for each in story({})] == ["call", "call"]
    assert len(story(odd)) == 3


# --- erase


def test_where_one_sink_is_away_the_others_are_erased_and_that_is_said(folder, run, site):
    site.add("record_sink", "away", AWAY)
    sinks = '[[records.sinks]]\nuse = "away"\n'
    (folder.parent / "switchhook.toml").write_text(f'[records]\ndirectory = "records"\n{sinks}')
    kept(folder, *"ab")
    status, _, error = run("erase", "talk-a")
    assert status == 1
    assert "not erased everywhere, so erase it again: away-" in error
    assert "it sleeps" in error
    assert [each.split()[1] for each in run("list", "--sink", "files")[1].splitlines()] == ["talk-b"]


AWAY = """
from switchhook import SinkUnavailable, hookimpl

class Away:
    async def __aenter__(self):
        raise SinkUnavailable("it sleeps")

    async def __aexit__(self, *_):
        pass

    async def put(self, records, /):
        pass

    async def erase(self, wanted, /):
        pass

    async def records(self, wanted, newest, /):
        yield {}

@hookimpl
def create_record_sink(options):
    return Away()
"""


def test_a_recording_that_stays_is_named(folder, run):
    FilesSink(folder).append([json.loads(call("a", recordings=["recordings/a.wav"]).line())])
    status, out, _ = run("erase", "talk-a")
    assert status == 0
    assert out.splitlines()[-1] == "its recording stays, to be deleted where it is: recordings/a.wav"


def test_what_is_erased_is_nowhere_any_more(folder, run):
    kept(folder, *"ab")
    spool = Spool(folder / "spool", 10_000_000, LineWriter(folder))
    spool.begin()
    spool.grew(call("a"))
    spool.end(call("a"))
    (folder / "spool/dead-letters-x.jsonl").write_text(f'{{"record":{call("a").line()}}}\n')
    for leg in ("leg-a", "leg-b"):
        (folder / f"events-{leg}.jsonl").write_text("{}\n")
    status, out, _ = run("erase", "talk-a")
    left = {path.name: path.read_text() for path in folder.rglob("*.jsonl")}
    assert status == 0
    assert [line.rpartition(": ")[2] for line in out.splitlines()] == ["3", "1", "1"]
    assert not any("talk-a" in text or "leg-a" in name for name, text in left.items())
    assert "events-leg-b.jsonl" in left
    assert run("show", "talk-b")[0] == 0


def test_half_a_record_of_a_process_that_was_killed_is_erased_too(folder, run):
    kept(folder, *"ab")
    [file] = folder.iterdir()
    half = call("a").line().partition("my balance")[0] + "my balance"
    with file.open("a") as lines:
        lines.write(f"{half}\n{call('c', 2).line()}\n{half}")
    os.utime(file, (0, 0))
    status, out, _ = run("erase", "talk-a")
    assert (status, out.rpartition(": ")[2]) == (0, "3\n")
    assert file.read_text().count("my balance") == 2  # of the others
    assert [each.split()[1] for each in run("list")[1].splitlines()] == ["talk-b", "talk-c"]


def test_half_a_line_that_somebody_writes_just_now_is_left_to_him(folder, run):
    kept(folder, "a")
    [file] = folder.iterdir()
    half = call("b").line().partition("my balance")[0]
    with file.open("a") as lines:
        lines.write(half)
    assert run("erase", "talk-b")[0] == 1
    assert file.read_text().endswith(half)


def test_events_and_recordings_of_a_call_that_only_the_spool_has_are_known(folder, run):
    spool = Spool(folder / "spool", 10_000_000, LineWriter(folder))
    spool.begin()
    spool.end(call("a", recordings=["recordings/a.wav"]))
    (folder / "events-leg-a.jsonl").write_text("{}\n")
    _, out, _ = run("erase", "talk-a")
    assert not (folder / "events-leg-a.jsonl").exists()
    assert "recordings/a.wav" in out


def test_a_file_of_the_spool_that_cannot_be_written_keeps_no_other(folder, run):
    kept(folder, "a")
    spool = Spool(folder / "spool", 10_000_000, LineWriter(folder))
    spool.begin()
    spool.end(call("a"))
    (folder / "spool" / "00.jsonl").mkdir()
    status, _, error = run("erase", "talk-a")
    assert status == 1
    assert "not erased everywhere, so erase it again" in error
    assert "00.jsonl: Is a directory" in error
    assert not any("talk-a" in file.read_text() for file in folder.rglob("*.jsonl") if file.is_file())


@pytest.mark.parametrize("name", ["é\u200b", "\U0001f600\x7f", '"\\', "\ud83d"])
def test_a_record_is_erased_however_its_id_is_spelt_in_the_file(folder, run, name):
    FilesSink(folder).append([{**json.loads(call("a").line()), "conversation_id": name}])
    assert run("erase", name)[0] == 0
    assert run("erase", name)[0] == 1


def test_an_id_that_is_no_text_is_that_of_no_call(folder, run):
    kept(folder, "a")
    assert run("erase", "\udcff")[0] == 1


def test_what_is_erased_in_the_spool_is_not_read_from_it_again(folder, run):
    spool = Spool(folder / "spool", 10_000_000, LineWriter(folder))
    spool.begin()
    spool.end(call("a"))
    spool.end(call("b"))
    run("erase", "talk-a")
    assert [each["record_id"] for each in spool.log.read(START, 9)[0]] == ["b"]
