"""What becomes of recordings: those of a server that was killed, and those that are old."""

import fcntl
import os
from datetime import UTC, datetime

import pytest

from switchhook import AudioFormat
from switchhook_recording.keeping import delete_old, finish_cut
from switchhook_recording.settings import DAY, RecordingSettings
from switchhook_recording.wav import header

from .recorded import Wav


@pytest.fixture
def day(tmp_path):
    folder = tmp_path / "2026-11-30"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("encoding", ["PCMU", "PCM"])
def test_what_a_killed_server_leaves_is_a_recording_as_far_as_it_goes(day, encoding):
    part = day / "120000_a_b.wav.part"
    part.write_bytes(header(AudioFormat(encoding), 0) + b"\x01\x02" * 8000)
    finish_cut(day.parent)
    [whole] = day.iterdir()
    assert whole.name == "120000_a_b.cut.wav"
    wav = Wav(whole.read_bytes())
    assert wav.data == b"\x01\x02" * 8000
    assert wav.whole == whole.stat().st_size - 8


def test_what_another_process_writes_is_left_alone(day):
    part = day / "120000_a_b.wav.part"
    with part.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        finish_cut(day.parent)
        assert [*day.iterdir()] == [part]


def test_a_file_that_was_only_just_made_is_no_trouble(day):
    (day / "120000_a_b.wav.part").touch()
    finish_cut(day.parent)
    assert [each.name for each in day.iterdir()] == ["120000_a_b.cut.wav"]


def test_old_recordings_are_deleted_and_nothing_else(day):
    for name in ("old.wav", "old.wav.age", "old.wav.part", "old.txt", "new.wav"):
        (day / name).touch()
        written = datetime(2026, 11 if name.startswith("old") else 12, 30, tzinfo=UTC).timestamp()
        os.utime(day / name, (written, written))
    before = datetime(2026, 12, 15, tzinfo=UTC).timestamp()
    delete_old(day.parent, before)
    assert {each.name for each in day.iterdir()} == {"old.txt", "new.wav"}


def test_the_folder_of_an_old_day_goes_with_its_recordings(day):
    (day / "old.wav").touch()
    os.utime(day / "old.wav", (0, 0))
    delete_old(day.parent, datetime(2026, 12, 15, tzinfo=UTC).timestamp())
    assert [*day.parent.iterdir()] == []


@pytest.mark.parametrize(("written", "seconds"), [("30d", 30 * DAY), ("12h", DAY / 2), (60, 60)])
def test_how_long_they_are_kept_may_be_said_in_days(written, seconds):
    assert RecordingSettings.model_validate({"keep": written}).keep == seconds


def test_one_that_cannot_be_deleted_keeps_no_other(day, caplog):
    """A folder by the name of a recording cannot."""
    (day / "a.wav").mkdir()
    (day / "b.wav").touch()
    later = day.with_name("2026-12-01")
    later.mkdir()
    (later / "c.wav").touch()
    for each in (day / "a.wav", day / "b.wav", later / "c.wav"):
        os.utime(each, (0, 0))
    assert delete_old(day.parent, datetime(2026, 12, 15, tzinfo=UTC).timestamp()) == 2
    assert [each.name for each in day.parent.glob("*/*")] == ["a.wav"]
    assert str(day / "a.wav") in caplog.text


def test_what_only_has_the_name_of_a_day_keeps_no_recording(day):
    day.with_name("2026-11-29").touch()
    (day / "old.wav").touch()
    os.utime(day / "old.wav", (0, 0))
    assert delete_old(day.parent, datetime(2026, 12, 15, tzinfo=UTC).timestamp()) == 1


@pytest.mark.parametrize("seconds", [float("inf"), 1e12])
def test_whoever_keeps_for_longer_than_there_are_dates_deletes_nothing(day, seconds):
    (day / "old.wav").touch()
    os.utime(day / "old.wav", (0, 0))
    assert delete_old(day.parent, -seconds) == 0


def test_one_that_cannot_be_finished_keeps_no_other_from_it(day, caplog):
    (day / "120000_a.wav.part").mkdir()
    (day / "120001_b.wav.part").touch()
    finish_cut(day.parent)
    assert {each.name for each in day.iterdir()} == {"120000_a.wav.part", "120001_b.cut.wav"}
    assert "120000_a.wav.part" in caplog.text
