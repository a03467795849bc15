"""Standard error that nobody reads."""

import logging
import os
import threading
from contextlib import suppress

import pytest

from switchhook.serving.log import stream as log_stream
from switchhook.serving.log.stream import LogStream


@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


@pytest.fixture
def stream(pipe, monkeypatch):
    monkeypatch.setattr(log_stream, "PATIENCE", 0.05)
    made = LogStream(pipe[1])
    yield made
    threading.Thread(target=drain, args=(pipe[0],), daemon=True).start()
    made.close()


def drain(end):
    with suppress(OSError):  # it is closed at the end
        while os.read(end, 65_536):
            pass


def fill(end):
    """A pipe holds 64 kB: then who writes to it waits."""
    os.set_blocking(end, False)
    with suppress(BlockingIOError):
        while os.write(end, b"x" * 4_096):
            pass
    os.set_blocking(end, True)


def read(end, until):
    found = b""
    while until not in found:
        found += os.read(end, 65_536)
    return found


def test_a_line_is_written(stream, pipe):
    stream.write("hello\n")
    assert read(pipe[0], b"\n") == b"hello\n"


def test_a_standard_error_that_another_program_has_made_non_blocking_loses_nothing(stream, pipe):
    os.set_blocking(pipe[1], False)
    stream.write("x" * 200_000 + "\n")
    stream.write("last\n")
    assert len(read(pipe[0], b"last\n")) == 200_006


def test_who_writes_does_not_wait_for_a_reader(stream, monkeypatch):
    monkeypatch.setattr(log_stream, "MOST", 300_000)
    for _ in range(10_000):
        stream.write("x" * 99 + "\n")  # a pipe holds 64 kB of this megabyte


def test_what_does_not_fit_is_counted_when_somebody_reads_again(stream, pipe, monkeypatch, caplog):
    monkeypatch.setattr(log_stream, "MOST", 300_000)
    fill(pipe[1])
    for _ in range(5_000):
        stream.write("x" * 99 + "\n")
    threading.Thread(target=drain, args=(pipe[0],), daemon=True).start()
    monkeypatch.setattr(log_stream, "PATIENCE", 60.0)
    stream.settle()
    [record] = caplog.records
    assert record.getMessage() == "2000 log lines are left out here: nobody read standard error"
    assert record.levelno == logging.WARNING


def test_a_reader_that_has_gone_stops_nobody(stream, pipe):
    os.close(pipe[0])
    stream.write("hello\n")
    stream.settle()
    assert stream._written == 6


def test_what_a_full_disk_did_not_take_is_counted_and_the_next_line_is_whole(
    stream, pipe, monkeypatch, caplog
):
    write, free = os.write, [3, 0, 0]

    def full(descriptor, data):
        if not free:
            return write(descriptor, data)
        if not (some := free.pop(0)):
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:some])

    monkeypatch.setattr(log_stream.os, "write", full)  # type: ignore[attr-defined]
    for line in ("one\n", "two\n", "three\n"):
        stream.write(line)
    assert read(pipe[0], b"three\n") == b"one\nthree\n"
    monkeypatch.setattr(log_stream, "PATIENCE", 60.0)
    stream.settle()
    assert caplog.messages == [
        "2 log lines are missing here: standard error took none (No space left on device)"
    ]


def test_the_end_does_not_wait_for_ever(stream):
    for _ in range(1_000):
        stream.write("x" * 999 + "\n")
    stream.close()
