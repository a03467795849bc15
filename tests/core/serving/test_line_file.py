"""Files that hold whole lines only, on disks that are full, and beside other processes."""

import os
import resource
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.serving.records import line_file
from switchhook.serving.records.line_file import MOST_OPEN, LineFile, LineFiles, Unwritten


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records" / "lines.jsonl"


@pytest.fixture
def room():
    """Lets a file of this process have so many bytes; None: as many as it likes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def let(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, before if size is None else (size, before[1]))

    yield let
    let(None)


def test_lines_are_appended(path):
    file = LineFile(path)
    file.append([b"one\n", b"two\n"])
    LineFile(path).append([b"three\n"])
    assert path.read_bytes() == b"one\ntwo\nthree\n"


def test_file_and_directory_are_for_their_owner(path):
    LineFile(path).append([b"one\n"])
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o600, 0o700]


@pytest.mark.parametrize("found", [b'{"whole":1}\n{"ha', b"h"], ids=["after a line", "alone"])
def test_half_a_line_that_is_found_gets_an_end(path, found):
    path.parent.mkdir()
    path.write_bytes(found)
    file = LineFile(path)
    file.append([b"next\n"])
    file.append([b"last\n"])
    assert path.read_bytes() == found + b"\nnext\nlast\n"


@pytest.mark.parametrize("found", [b"", b"whole\n"], ids=["empty", "whole"])
def test_a_file_that_ends_well_gets_no_empty_line(path, found):
    path.parent.mkdir()
    path.write_bytes(found)
    LineFile(path).append([b"next\n"])
    assert path.read_bytes() == found + b"next\n"


def test_of_a_line_that_has_no_room_nothing_is_left(path, room):
    file = LineFile(path)
    file.append([b"one\n"])
    room(7)
    with pytest.raises(Unwritten, match="File too large") as caught:
        file.append([b"two two\n"])
    assert (caught.value.done, path.read_bytes()) == (0, b"one\n")


def test_lines_before_the_one_that_has_no_room_are_kept(path, room):
    room(10)
    with pytest.raises(Unwritten) as caught:
        LineFile(path).append([b"one\n", b"two\n", b"three\n", b"four\n"])
    assert (caught.value.done, path.read_bytes()) == (2, b"one\ntwo\n")


def test_what_has_room_again_is_written_whole(path, room):
    file = LineFile(path)
    room(2)
    with pytest.raises(Unwritten):
        file.append([b"one\n"])
    room(None)
    file.append([b"two\n"])
    assert path.read_bytes() == b"two\n"


def test_a_line_that_cannot_be_taken_back_gets_an_end(path, room, monkeypatch):
    def refuse(*_):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(line_file.os, "ftruncate", refuse)  # type: ignore[attr-defined]
    file = LineFile(path)
    room(2)
    with pytest.raises(Unwritten):
        file.append([b"one\n"])
    room(None)
    file.append([b"two\n"])
    assert path.read_bytes() == b"on\ntwo\n"


def test_what_another_process_has_appended_is_not_taken_back(path, monkeypatch):
    file, write = LineFile(path), os.write

    def torn(descriptor, data):
        write(descriptor, data[:2])
        with path.open("ab") as other:
            other.write(b"\nother\n")
        monkeypatch.setattr(line_file.os, "write", full)  # type: ignore[attr-defined]
        return 2

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(line_file.os, "write", torn)  # type: ignore[attr-defined]
    with pytest.raises(Unwritten):
        file.append([b"one\n"])
    monkeypatch.undo()
    file.append([b"two\n"])
    assert path.read_bytes() == b"on\nother\ntwo\n"


def test_a_disk_that_takes_nothing_is_full(path, monkeypatch):
    monkeypatch.setattr(line_file.os, "write", lambda *_: 0)  # type: ignore[attr-defined]
    with pytest.raises(Unwritten, match="No space left"):
        LineFile(path).append([b"one\n"])


@pytest.mark.parametrize("leave", [os.unlink, lambda path: path.rename(path.with_suffix(".1"))])
def test_a_file_that_was_moved_or_deleted_is_begun_anew(path, leave):
    file = LineFile(path)
    file.append([b"one\n"])
    leave(path)
    file.append([b"two\n"])
    assert path.read_bytes() == b"two\n"


def test_a_directory_that_was_deleted_is_made_again(path):
    file = LineFile(path)
    file.append([b"one\n"])
    path.unlink()
    path.parent.rmdir()
    file.append([b"two\n"])
    assert path.read_bytes() == b"two\n"


def test_a_device_that_is_full_is_said_in_its_words(path):
    path.parent.mkdir()
    path.symlink_to("/dev/full")
    with pytest.raises(Unwritten, match="No space left on device"):
        LineFile(path).append([b"one\n"])


class Disk:
    """os, with a disk that takes what `takes` says at each write, in bytes: None is an error, `all` all."""

    def __init__(self, takes, shortens):
        self._takes, self._shortens = list(takes), shortens

    def __getattr__(self, name):
        return getattr(os, name)

    def write(self, descriptor, data):
        taken = self._takes.pop(0) if self._takes else len(data)
        if taken is None:
            raise OSError(28, "No space left on device")
        return os.write(descriptor, data[:taken])

    def ftruncate(self, descriptor, size):
        if not self._shortens:
            raise OSError(1, "Operation not permitted")
        os.ftruncate(descriptor, size)


LINES = st.lists(
    st.binary(min_size=1, max_size=6).map(lambda b: b.replace(b"\n", b"x") + b"\n"), min_size=1, max_size=4
)


@given(
    st.lists(LINES, max_size=5),
    st.lists(st.none() | st.integers(1, 8), max_size=12),
    st.booleans(),
    st.booleans(),
)
def test_whatever_a_disk_takes_each_line_is_whole_or_alone(tmp_path_factory, batches, takes, shortens, torn):
    path = tmp_path_factory.mktemp("disk") / "lines"
    path.write_bytes(b"half" if torn else b"")
    file, whole, lost = LineFile(path), [], [b"half\n"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_file, "os", Disk(takes, shortens))
        for batch in batches:
            try:
                file.append(batch)
                whole += batch
            except Unwritten as error:
                whole += batch[: error.done]
                lost.append(batch[error.done])
    file.close()
    found = [line + b"\n" for line in path.read_bytes().split(b"\n")]
    left = list(whole)
    for line in found:
        if left and line == left[0]:
            del left[0]
        else:  # half of one that was lost, by itself
            assert any(gone.startswith(line[:-1]) for gone in lost)
    assert left == []


@given(st.lists(LINES, max_size=5), st.lists(st.none() | st.integers(1, 8), max_size=12))
def test_where_a_file_can_be_shortened_it_has_whole_lines_only(tmp_path_factory, batches, takes):
    path = tmp_path_factory.mktemp("disk") / "lines"
    file, whole = LineFile(path), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_file, "os", Disk(takes, shortens=True))
        for batch in batches:
            try:
                file.append(batch)
                whole += batch
            except Unwritten as error:
                whole += batch[: error.done]
    file.close()
    assert (path.read_bytes() if path.exists() else b"") == b"".join(whole)


# --- many files


def open_in(directory):
    return sum(os.path.realpath(link).startswith(str(directory)) for link in Path("/proc/self/fd").iterdir())


def test_so_many_files_are_open_at_most(tmp_path):
    files = LineFiles()
    for number in range(MOST_OPEN + 10):
        files.append(tmp_path / str(number), [b"line\n"])
    assert open_in(tmp_path) == MOST_OPEN
    files.close()


def test_a_file_that_was_closed_meanwhile_goes_on(tmp_path):
    files = LineFiles()
    for number in [*range(MOST_OPEN + 10), 0]:
        files.append(tmp_path / str(number), [b"line\n"])
    files.close()
    assert (tmp_path / "0").read_bytes() == b"line\nline\n"


def test_a_file_that_is_not_used_is_closed(tmp_path, monkeypatch):
    now, files = [0.0], LineFiles()
    monkeypatch.setattr(line_file.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    for day in ("today", "tomorrow"):
        files.append(tmp_path / day, [b"line\n"])
        now[0] += 60
    assert open_in(tmp_path) == 1
    files.close()


def test_closing_closes_all(tmp_path):
    files = LineFiles()
    files.append(tmp_path / "one", [b"line\n"])
    files.close()
    assert open_in(tmp_path) == 0


def test_a_disk_that_says_when_closed_that_it_was_full_is_in_the_log(path, monkeypatch, caplog):
    file, close = LineFile(path), os.close
    file.append([b"one\n"])

    def full(descriptor):
        close(descriptor)
        raise OSError(122, "Disk quota exceeded")

    monkeypatch.setattr(line_file.os, "close", full)  # type: ignore[attr-defined]
    file.close()
    assert caplog.messages == [f"{path}, when closed: Disk quota exceeded; its last lines may be missing"]


@pytest.mark.parametrize("left", [b"half", b"whole\nhalf"])
def test_half_a_line_that_another_process_leaves_gets_an_end_while_the_file_is_open(path, left):
    file = LineFile(path)
    file.append([b"one\n"])
    with path.open("ab") as other:
        other.write(left)
    file.append([b"two\n"])
    assert path.read_bytes() == b"one\n" + left + b"\ntwo\n"


def test_a_file_that_is_cut_within_a_line_while_it_is_open_goes_on_with_a_new_one(path):
    file = LineFile(path)
    file.append([b"one\n", b"two\n"])
    os.truncate(path, 6)
    file.append([b"three\n"])
    assert path.read_bytes() == b"one\ntw\nthree\n"


def test_whole_lines_of_another_process_get_no_empty_line(path):
    file, other = LineFile(path), LineFile(path)
    for line in (b"one\n", b"two\n", b"three\n"):
        file.append([line])
        other.append([line])
    assert path.read_bytes() == b"one\none\ntwo\ntwo\nthree\nthree\n"
