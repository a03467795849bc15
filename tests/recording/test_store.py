"""Recordings that wait for a store: they stay until it has taken them, and no call waits."""

import fcntl
from threading import Event

import pytest

from switchhook_recording import store
from switchhook_recording.settings import RecordingSettings
from switchhook_recording.store import StoreSettings, Uploads

SETTINGS = StoreSettings(bucket="calls", prefix="bank/")


class Store:
    """Fails so often, and then takes what comes."""

    def __init__(self, failures=0):
        self.failures, self.taken, self.asked, self.has = failures, {}, 0, Event()

    def put(self, key, file):
        self.asked += 1
        if self.asked <= self.failures:
            raise ConnectionError("with a key in it")
        self.taken[key] = file.read()
        self.has.set()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(store, "FIRST_PAUSE", 0.001)


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "2026-11-30" / "a.wav"
    path.parent.mkdir()
    path.write_bytes(b"sound")
    return path


def moved(directory, taking):
    uploads = Uploads(directory, SETTINGS, taking.put)
    assert taking.has.wait(5)
    uploads.close(5)


def test_what_waits_in_the_directory_is_moved_at_the_start(recording, tmp_path):
    taking = Store()
    moved(tmp_path, taking)
    assert taking.taken == {"bank/2026-11-30/a.wav": b"sound"}
    assert not recording.exists()


def test_a_store_that_fails_is_asked_again_and_nothing_is_lost(recording, tmp_path, caplog):
    taking = Store(failures=3)
    moved(tmp_path, taking)
    assert taking.taken == {"bank/2026-11-30/a.wav": b"sound"}
    assert caplog.text.count("a.wav is not stored yet: ConnectionError") == 3
    assert "with a key in it" not in caplog.text


class DeniedError(Exception):
    """As boto3 has it."""

    response = {"Error": {"Code": "AccessDenied", "Message": "with a key in it"}}  # noqa: RUF012


def test_one_that_the_store_refuses_keeps_no_other(recording, tmp_path, caplog):
    another, taking = recording.with_name("b.wav"), Store()
    another.write_bytes(b"more")

    def put(key, file):
        if key.endswith("a.wav"):
            raise DeniedError("with a key in it")
        taking.put(key, file)

    uploads = Uploads(tmp_path, SETTINGS, put)
    assert taking.has.wait(5)
    uploads.close(0.05)
    assert taking.taken == {"bank/2026-11-30/b.wav": b"more"}
    assert recording.exists()
    assert "a.wav is not stored yet: DeniedError (AccessDenied)" in caplog.text
    assert "with a key in it" not in caplog.text


def test_a_store_that_is_away_at_the_end_leaves_the_recording_where_it_is(recording, tmp_path):
    uploads = Uploads(tmp_path, SETTINGS, Store(failures=10**9).put)
    uploads.close(0.05)
    uploads._thread.join(5)
    assert recording.read_bytes() == b"sound"


def test_what_another_worker_moves_is_left_to_it(recording, tmp_path):
    taking = Store()
    with recording.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        Uploads(tmp_path, SETTINGS, taking.put).close(5)
    assert taking.taken == {}
    assert recording.exists()


def test_what_is_still_written_is_not_moved(recording, tmp_path):
    recording.rename(recording.with_name("a.wav.part"))
    taking = Store()
    Uploads(tmp_path, SETTINGS, taking.put).close(5)
    assert taking.taken == {}


def test_a_disk_that_cannot_be_looked_at_for_a_while_costs_no_recording(
    recording, tmp_path, monkeypatch, caplog
):
    looked = []
    glob = type(tmp_path).glob

    def broken(self, pattern):
        looked.append(pattern)
        if len(looked) == 1:
            raise OSError(5, "Input/output error")
        return glob(self, pattern)

    monkeypatch.setattr(type(tmp_path), "glob", broken)
    monkeypatch.setattr(store, "LOOK", 0.01)
    taking = Store()
    moved(tmp_path, taking)
    assert taking.taken == {"bank/2026-11-30/a.wav": b"sound"}
    assert "Input/output error" in caplog.text


def test_the_record_names_the_address(tmp_path):
    assert SETTINGS.address(tmp_path / "2026-11-30" / "a.wav") == "s3://calls/bank/2026-11-30/a.wav"


def test_half_of_the_keys_is_an_error_of_the_configuration():
    with pytest.raises(ValueError, match="expected both access_key and secret_key"):
        RecordingSettings.model_validate({"s3": {"bucket": "calls", "access_key": "a"}})
