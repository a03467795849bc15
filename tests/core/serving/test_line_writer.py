"""Lines on their way to files: nobody waits for a disk, and no line is lost without a word."""

import os
import threading
import time
from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook.serving.log.setup import call_ids
from switchhook.serving.records import line_writer
from switchhook.serving.records.line_file import LineFiles, Unwritten
from switchhook.serving.records.line_writer import AT_ONCE, SLOW, LineWriter

pytestmark = pytest.mark.anyio


class Keeper:
    """Whose lines they are. `stubborn`: goes on after a loss."""

    def __init__(self, stubborn=True):
        self.told, self.gave_up, self._stubborn = [], False, stubborn

    def lost(self, line, why):
        self.told.append((line, why, call_ids.get()))
        self.gave_up = not self._stubborn

    @property
    def lines(self):
        return [line for line, _, _ in self.told]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lines"


@pytest.fixture
def pipe(tmp_path, monkeypatch):
    """A disk that hangs: a pipe nobody reads until `open_it` does. The end waits for it shortly."""
    monkeypatch.setattr(line_writer, "PATIENCE", 0.05)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    yield path
    reader = open_it(path)
    join_writers()
    os.close(reader)


def open_it(path):
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def writers():
    return [thread for thread in threading.enumerate() if thread.name == "switchhook-records"]


def join_writers():
    for thread in writers():
        thread.join(10)


def until(condition):
    """Something that another thread does."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.001)


@asynccontextmanager
async def stuck_in(pipe, keeper):
    """A writer whose thread waits for the disk with one line."""
    writer = LineWriter(pipe.parent)
    async with writer.running():
        writer.put(keeper, pipe, "first")
        until(lambda: writer._asked_disk is not None)
        yield writer


async def test_outside_running_a_line_is_written_at_once(path):
    LineWriter(path.parent).put(Keeper(), path, "line")
    assert path.read_text() == "line\n"


async def test_what_was_put_is_written_in_order_when_it_is_left(path):
    writer, keeper = LineWriter(path.parent), Keeper()
    async with writer.running():
        for number in range(3 * AT_ONCE):
            writer.put(keeper, path, str(number))
    assert path.read_text().split() == [str(number) for number in range(3 * AT_ONCE)]
    assert (keeper.told, writer.waiting, writer.lost) == ([], 0, 0)


async def test_another_thread_writes(path, monkeypatch):
    names, append = [], LineFiles.append

    def named(files, *arguments):
        names.append(threading.current_thread().name)
        append(files, *arguments)

    monkeypatch.setattr(LineFiles, "append", named)
    writer = LineWriter(path.parent)
    async with writer.running():
        writer.put(Keeper(), path, "line")
    assert names == ["switchhook-records"]


async def test_lines_that_wait_are_written_together(path, monkeypatch):
    """Each write may cost the thread a wait for its turn, which a busy server gives it rarely."""
    writer, sizes, gate, append = LineWriter(path.parent), [], threading.Event(), LineFiles.append

    def gated(files, path, lines):
        gate.wait(10)
        sizes.append(len(lines))
        append(files, path, lines)

    monkeypatch.setattr(LineFiles, "append", gated)
    async with writer.running():
        writer.put(Keeper(), path, "first")
        until(lambda: writer._asked_disk is not None)
        for _ in range(AT_ONCE + 5):
            writer.put(Keeper(), path, "line")
        gate.set()
    assert sizes == [1, AT_ONCE, 5]


async def test_the_thread_ends_with_it_and_closes_its_files(path):
    writer = LineWriter(path.parent)
    async with writer.running():
        writer.put(Keeper(), path, "line")
        assert len(writers()) == 1
    assert (writers(), list(writer._files._held)) == ([], [])


async def test_files_are_closed_when_nothing_comes(path, monkeypatch):
    monkeypatch.setattr(line_writer, "IDLE", 0.001)
    writer = LineWriter(path.parent)
    async with writer.running():
        writer.put(Keeper(), path, "line")
        until(lambda: path.exists() and not writer._files._held)


# --- A disk that hangs


async def test_who_puts_a_line_does_not_wait_for_a_disk_that_hangs(pipe):
    keeper = Keeper()
    async with stuck_in(pipe, keeper) as writer:
        for _ in range(1000):
            writer.put(keeper, pipe, "line")
        assert (writer.waiting, keeper.told) == (1001, [])


@pytest.mark.parametrize(("bound", "most"), [("MOST_LINES", 3), ("MOST_BYTES", 16)])
async def test_what_does_not_fit_is_told_and_what_fits_is_kept(pipe, monkeypatch, bound, most):
    monkeypatch.setattr(line_writer, bound, most)
    keeper = Keeper()
    async with stuck_in(pipe, keeper) as writer:
        for line in ("second", "4", "five"):
            writer.put(keeper, pipe, line)
        assert keeper.lines == ["five"]
        assert keeper.told[0][1] == "the disk does not keep up, 3 lines wait"


async def test_a_line_of_less_worth_leaves_room(pipe, monkeypatch):
    monkeypatch.setattr(line_writer, "MOST_LINES", 4)
    event, record = Keeper(), Keeper()
    async with stuck_in(pipe, record) as writer:
        for _ in range(3):
            writer.put(event, pipe, "event", share=0.5)
        writer.put(record, pipe, "record")
        assert (event.lines, record.lines) == (["event", "event"], [])


async def test_a_disk_that_answers_again_gets_what_waited(pipe):
    keeper = Keeper()
    async with stuck_in(pipe, keeper) as writer:
        for number in range(3):
            writer.put(keeper, pipe, str(number))
        reader = open_it(pipe)
        until(lambda: not writer.waiting)
    assert (os.read(reader, 100), keeper.told) == (b"first\n0\n1\n2\n", [])
    os.close(reader)


async def test_a_disk_that_hangs_at_the_end_is_not_waited_for_and_its_lines_are_told(pipe, caplog):
    keeper = Keeper()
    async with stuck_in(pipe, keeper) as writer:
        writer.put(keeper, pipe, "second")
    assert keeper.lines == ["first", "second"]
    form = "2 lines may be missing in {}: the disk did not take them within 0.05 s at the end"
    assert caplog.messages == [form.format(pipe.parent)]


async def test_no_process_waits_for_the_thread_of_a_disk_that_hangs(pipe):
    async with stuck_in(pipe, Keeper()):
        pass
    assert [thread.daemon for thread in writers()] == [True]


async def test_a_line_that_comes_after_such_an_end_is_told(pipe):
    keeper = Keeper()
    async with stuck_in(pipe, keeper) as writer:
        pass
    writer.put(keeper, pipe, "late")
    assert keeper.lines == ["first", "late"]


async def test_a_thread_that_was_left_behind_ends_when_the_disk_answers(pipe):
    async with stuck_in(pipe, Keeper()):
        pass
    reader = open_it(pipe)
    join_writers()
    assert writers() == []
    os.close(reader)


async def test_a_line_that_comes_while_the_end_is_waited_for_is_written(path, monkeypatch):
    writer, join = LineWriter(path.parent), threading.Thread.join

    def late(thread, timeout):
        join(thread, timeout)
        writer.put(Keeper(), path, "late")

    async with writer.running():
        monkeypatch.setattr(writer._thread, "join", lambda timeout: late(writer._thread, timeout))
    assert path.read_text() == "late\n"


async def test_leaving_while_it_is_cancelled_still_writes(path):
    writer = LineWriter(path.parent)
    with anyio.CancelScope() as scope:
        async with writer.running():
            writer.put(Keeper(), path, "line")
            scope.cancel()
            await anyio.sleep(1)
    assert path.read_text() == "line\n"


# --- A disk that is full


class FullFor(LineFiles):
    """A disk without room for some lines."""

    def __init__(self, *lines):
        super().__init__()
        self.none_for = lines

    def append(self, path, lines):
        for at, line in enumerate(lines):
            if line.decode().strip() in self.none_for:
                super().append(path, lines[:at])
                raise Unwritten(at, "No space left on device")
        super().append(path, lines)


@pytest.fixture
def filled(path):
    """Puts lines at once, to a disk without room for some of them."""

    async def fill(keeper, lines, none_for):
        writer = LineWriter(path.parent)
        writer._files = FullFor(*none_for)
        async with writer.running():
            for line in lines:
                writer.put(keeper, path, line)
        return writer

    return fill


async def test_a_line_that_is_lost_costs_no_other(path, filled):
    keeper = Keeper()
    writer = await filled(keeper, "abcdef", "be")
    assert (path.read_text().split(), keeper.lines) == (["a", "c", "d", "f"], ["b", "e"])
    assert (writer.lost, writer.waiting) == (2, 0)


async def test_who_gives_up_after_a_loss_has_the_rest_left_out(path, filled):
    keeper = Keeper(stubborn=False)
    writer = await filled(keeper, "abcdef", "b")
    assert (path.read_text().split(), keeper.lines) == (["a"], ["b"])
    assert writer.lost == 5


async def test_our_own_fault_costs_its_line_alone(path, monkeypatch):
    append = LineFiles.append

    def at_odds(files, path, lines):
        if b"odd\n" in lines:
            raise ZeroDivisionError
        append(files, path, lines)

    monkeypatch.setattr(LineFiles, "append", at_odds)
    keeper, writer = Keeper(), LineWriter(path.parent)
    async with writer.running():
        writer.put(keeper, path, "odd")
        until(lambda: keeper.told)
        writer.put(keeper, path, "even")
    assert (keeper.told[0][:2], path.read_text()) == (("odd", "ZeroDivisionError"), "even\n")


async def test_a_loss_is_told_with_the_ids_of_its_call(path, filled):
    keeper = Keeper()
    token = call_ids.set(("conversation", "correlation"))
    await filled(keeper, "a", "a")
    call_ids.reset(token)
    assert keeper.told == [("a", "No space left on device", ("conversation", "correlation"))]


async def test_half_of_a_pair_is_told_in_an_escape(filled):
    keeper = Keeper()
    await filled(keeper, ["\ud83d"], ["\\ud83d"])
    assert keeper.lines == ["\\ud83d"]


# --- What is said of it


@pytest.fixture
def looked():
    """What `look` told of a writer."""

    def look(writer):
        told = {}
        writer.look(told.__setitem__)
        return told

    return look


async def test_lines_that_wait_are_measured_as_they_become_more_or_less(pipe, looked):
    async with stuck_in(pipe, Keeper()) as writer:
        writer.put(Keeper(), pipe, "second")
        told = [looked(writer), looked(writer)]
        reader = open_it(pipe)
        until(lambda: not writer.waiting)
        told.append(looked(writer))
    assert told == [{"record_lines_waiting": 2}, {}, {"record_lines_waiting": -2}]
    os.close(reader)


async def test_lines_that_are_lost_are_measured(path, looked):
    writer = LineWriter(path.parent)
    writer._files = FullFor("a", "b")
    for line in "abc":
        writer.put(Keeper(), path, line)
    assert [looked(writer), looked(writer)] == [{"record_lines_lost": 2}, {}]


async def test_a_disk_that_has_room_again_is_said_once(path, looked, caplog):
    caplog.set_level("INFO")
    writer = LineWriter(path.parent)
    writer._files = FullFor("a")
    writer.put(Keeper(), path, "a")
    looked(writer)
    for line in "bcd":
        writer.put(Keeper(), path, line)
        looked(writer)
    form = "lines are written to {} again; 1 were lost, the log has the call records among them"
    assert caplog.messages == [form.format(path.parent)]


async def test_while_lines_are_lost_it_is_not_said_that_all_is_well(path, looked, caplog):
    caplog.set_level("INFO")
    writer = LineWriter(path.parent)
    writer._files = FullFor("a")
    for line in "abab":
        writer.put(Keeper(), path, line)
        if line == "b":
            looked(writer)
    assert caplog.messages == []


async def test_a_disk_that_hangs_is_said_once_and_so_is_its_answer(pipe, looked, caplog):
    caplog.set_level("INFO")
    async with stuck_in(pipe, Keeper()) as writer:
        writer._asked_disk -= SLOW
        looked(writer)
        looked(writer)
        reader = open_it(pipe)
        until(lambda: not writer.waiting)
        looked(writer)
        looked(writer)
    assert caplog.messages == [
        f"the disk of {pipe.parent} does not answer: 1 lines wait, calls go on",
        f"the disk of {pipe.parent} answers again, 0 lines wait",
    ]
    os.close(reader)


async def test_a_disk_that_answers_in_time_is_not_said(pipe, looked, caplog):
    async with stuck_in(pipe, Keeper()) as writer:
        looked(writer)
        assert caplog.messages == []


async def test_it_is_looked_at_every_second(path):
    writer, told = LineWriter(path.parent), []
    writer._files = FullFor("a")
    with anyio.move_on_after(2.5):
        async with anyio.create_task_group() as group:
            group.start_soon(
                writer.watch, lambda name, value: told.append((anyio.current_time() - began, value))
            )
            began = anyio.current_time()
            await anyio.sleep(0.5)
            for _ in range(2):
                writer.put(Keeper(), path, "a")
                await anyio.sleep(1)
    assert [(round(at, 6), value) for at, value in told] == [(1.0, 1), (2.0, 1)]
