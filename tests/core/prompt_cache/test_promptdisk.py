"""Prompts on a disk that may hold other things, may be full, and may hang."""

import fcntl
import os
import stat
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.call.prompt_cache.disk import FOLDER, PromptDisk

pytestmark = pytest.mark.anyio

KEY, OTHER, THIRD = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / FOLDER
    path.mkdir()
    return path


def disk(directory, most=1_000_000):
    return PromptDisk(directory, most)


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then), follow_symlinks=False)


async def test_what_was_written_is_read_after_a_restart(tmp_path):
    await disk(tmp_path).write(KEY, b"sound")
    assert await disk(tmp_path).read(KEY) == b"sound"


async def test_what_is_not_there_is_nothing(tmp_path, caplog):
    assert (await disk(tmp_path / "new").read(KEY), caplog.messages) == (b"", [])


async def test_the_folder_and_its_files_are_for_their_owner(tmp_path):
    await disk(tmp_path).write(KEY, b"sound")
    paths = (tmp_path / FOLDER, *(tmp_path / FOLDER).iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o600]


async def test_only_a_key_makes_a_name(tmp_path):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        await disk(tmp_path).write("../../etc/passwd", b"sound")


async def test_beside_the_folder_nothing_is_touched(tmp_path):
    (tmp_path / "database").write_bytes(bytes(100_000))
    (tmp_path / KEY).write_bytes(bytes(100_000))
    age(tmp_path / "database", 1e6)
    await disk(tmp_path, most=1000).write(KEY, bytes(500))
    await disk(tmp_path, most=1000).write(OTHER, bytes(600))
    assert names(tmp_path) == sorted([KEY, "database", FOLDER])


FOREIGN = [
    "notes.txt",
    ".hidden",
    KEY,
    f"{KEY}.wav",
    f"{KEY[:-1]}.prompt",
    f"{KEY.upper()}.prompt",
    f"{KEY}.half",
]


@pytest.mark.parametrize("name", FOREIGN, ids=str)
async def test_a_file_of_another_name_is_left_and_not_counted(folder, name):
    (folder / name).write_bytes(bytes(100_000))
    age(folder / name, 1e6)
    await disk(folder.parent, most=1000).write(OTHER, bytes(900))
    assert names(folder) == sorted([name, f"{OTHER}.prompt"])


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40))
async def test_no_file_of_any_other_name_is_removed(tmp_path_factory, name):
    if name in (".", ".."):
        return
    folder = tmp_path_factory.mktemp("any") / FOLDER
    folder.mkdir()
    (folder / name).write_bytes(bytes(5000))
    await disk(folder.parent, most=1000).write(OTHER, bytes(2000))
    assert names(folder) == [name]


async def test_files_of_others_are_said_once(folder, caplog):
    for name in ("one.txt", "two.txt"):
        (folder / name).touch()
    prompts = disk(folder.parent)
    for key in (KEY, OTHER):
        await prompts.read(key)
        await prompts.write(key, b"sound")
    assert caplog.messages == [
        f"2 files in {folder} are not Switchhook's and are left alone, such as 'one.txt'"
    ]


async def test_a_link_that_has_the_name_of_a_prompt_is_not_followed(folder, tmp_path):
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    (folder / f"{KEY}.prompt").symlink_to(precious)
    prompts = disk(folder.parent, most=4)
    heard = await prompts.read(KEY)
    await prompts.write(KEY, b"sound")
    assert (heard, precious.read_bytes(), (folder / f"{KEY}.prompt").is_symlink()) == (b"", b"precious", True)


async def test_a_folder_that_is_a_link_is_not_used(tmp_path, caplog):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{OTHER}.prompt").write_bytes(bytes(5000))
    (tmp_path / FOLDER).symlink_to(elsewhere)
    await disk(tmp_path, most=1000).write(KEY, b"sound")
    assert names(elsewhere) == [f"{OTHER}.prompt"]
    assert "cannot keep prompts in" in caplog.text


async def test_a_directory_that_has_the_name_of_a_prompt_is_left(folder):
    (folder / f"{KEY}.prompt").mkdir()
    prompts = disk(folder.parent)
    await prompts.write(KEY, b"sound")
    assert (await prompts.read(KEY), (folder / f"{KEY}.prompt").is_dir()) == (b"", True)


async def test_a_pipe_that_has_the_name_of_a_prompt_is_not_waited_for(folder):
    os.mkfifo(folder / f"{KEY}.prompt")
    assert await disk(folder.parent).read(KEY) == b""


async def test_the_one_heard_least_recently_makes_room(tmp_path):
    prompts = disk(tmp_path, most=1000)
    for seconds, key in ((200, KEY), (100, OTHER)):
        await prompts.write(key, bytes(400))
        age(tmp_path / FOLDER / f"{key}.prompt", seconds)
    await prompts.read(KEY)
    await prompts.write(THIRD, bytes(400))
    assert names(tmp_path / FOLDER) == [f"{KEY}.prompt", f"{THIRD}.prompt"]


async def test_what_cannot_be_written_is_still_read(tmp_path, monkeypatch):
    """A read-only disk cannot note what was heard."""
    await disk(tmp_path).write(KEY, b"sound")

    def read_only(*_, **__):
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", read_only)
    assert await disk(tmp_path).read(KEY) == b"sound"


async def test_a_full_disk_leaves_no_half_prompt(tmp_path, monkeypatch, caplog):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    await disk(tmp_path).write(KEY, b"sound")
    assert names(tmp_path / FOLDER) == []
    assert caplog.messages == [f"cannot keep prompts in {tmp_path / FOLDER}: No space left on device"]


async def test_what_another_server_is_writing_is_not_removed(folder):
    half = folder / f"{KEY}.01234567.half"
    with half.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        await disk(folder.parent).read(KEY)
        assert names(folder) == [half.name]


# --- A disk that hangs


@pytest.fixture
def hanging(monkeypatch):
    """A disk that answers nothing until the event is set; the patience with it is short."""
    answers, opened = threading.Event(), os.open

    def wait(path, *arguments, **more):
        if FOLDER in str(path):
            answers.wait()
        return opened(path, *arguments, **more)

    monkeypatch.setattr("switchhook.call.prompt_cache.disk.PATIENCE", 0.01)
    monkeypatch.setattr(os, "open", wait)
    yield answers
    answers.set()


async def test_a_disk_that_hangs_is_waited_for_once(tmp_path, hanging, caplog):
    prompts, before = disk(tmp_path), threading.active_count()
    for key in (KEY, OTHER, THIRD):
        assert await prompts.read(key) == b""
    assert caplog.messages == [f"cannot keep prompts in {tmp_path / FOLDER}: it does not answer"]
    assert threading.active_count() <= before + 2  # one that hangs, one that waited for it


async def test_no_process_waits_at_its_end_for_a_disk_that_hangs(tmp_path, hanging):
    await disk(tmp_path).read(KEY)
    left = [t for t in threading.enumerate() if t.name.endswith("(_fulfil)")]
    assert [thread.daemon for thread in left] == [True]


async def test_a_disk_that_answers_again_is_used_again(tmp_path, hanging, monkeypatch):
    prompts = disk(tmp_path)
    await prompts.read(KEY)
    hanging.set()
    for thread in threading.enumerate():
        if thread.name.endswith("(_fulfil)"):
            thread.join()
    monkeypatch.setattr("switchhook.call.prompt_cache.disk.PATIENCE", 10)
    await prompts.write(KEY, b"sound")
    assert await prompts.read(KEY) == b"sound"
