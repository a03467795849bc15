"""Prompts that outlive a restart."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import anyio.to_thread

logger = logging.getLogger(__name__)

FOLDER = "switchhook-prompts"
WHOLE, HALF = re.compile(r"[0-9a-f]{64}\.prompt"), re.compile(r"[0-9a-f]{64}\.[0-9a-f]{8}\.half")
PATIENCE = 3.0  # seconds that a disk has for one prompt

Result = TypeVar("Result")


class PromptDisk:
    """A file for each listed prompt, in a folder of our own within `directory`. Only what a configuration
    lists is written: what is said to one caller may be private. Other files there are left as they are."""

    def __init__(self, directory: Path, most: int) -> None:
        """`most`: bytes that our files may take."""
        self._folder, self._most = directory / FOLDER, most
        self._tidied = False
        self._hanging: Future[Any] | None = None
        self._said: set[str] = set()

    async def read(self, key: str) -> bytes:
        """`key`: 64 hexadecimal digits. Nothing, where it is not there or cannot be read."""
        return await self._patiently(b"", self._read, key)

    async def write(self, key: str, audio: bytes) -> None:
        await self._patiently(None, self._write, key, audio)

    async def _patiently(self, otherwise: Result, act: Callable[..., Result], *arguments: object) -> Result:
        """In a thread that is left behind if the disk hangs: neither prompts nor the end of the process wait
        long for it."""
        if self._hanging is not None and not self._hanging.done():
            return otherwise
        future: Future[Result] = Future()
        Thread(target=_fulfil, args=(future, act, *arguments), daemon=True).start()
        try:
            return await anyio.to_thread.run_sync(future.result, PATIENCE, abandon_on_cancel=True)
        except OSError as error:  # TimeoutError is one
            why = error.strerror or "it does not answer"
            self._hanging = future
        self._say("disk", f"cannot keep prompts in {self._folder}: {why}")
        return otherwise

    def _say(self, kind: str, what: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            logger.warning("%s", what)

    # --- In the thread

    def _read(self, key: str) -> bytes:
        try:
            with _opened(self._folder) as folder:
                self._tidy_once(folder)
                return _content(_name(key), folder)
        except FileNotFoundError:
            return b""

    def _write(self, key: str, audio: bytes) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.mkdir(exist_ok=True, mode=0o700)
        with _opened(self._folder) as folder:
            if not _is_taken(_name(key), folder):
                _keep(key, audio, folder)
            self._tidy(folder)

    def _tidy_once(self, folder: int) -> None:
        if not self._tidied:
            self._tidy(folder)

    def _tidy(self, folder: int) -> None:
        """Removes what a crash left half-written, and the oldest of what is too much."""
        self._tidied = True
        ours, others = _sorted_out(folder)
        if others:
            form = "{} files in {} are not Switchhook's and are left alone, such as {!r:.80}"
            self._say("others", form.format(len(others), self._folder, others[0]))
        kept = []
        for age, size, name in sorted(ours):
            if HALF.fullmatch(name) and _is_abandoned(name, folder):
                _remove(name, folder)
            else:
                kept.append((age, size, name))
        size = sum(each for _, each, _ in kept)
        for _, each, name in kept:
            if size <= self._most:
                return
            size -= each
            _remove(name, folder)


def others_in(directory: Path) -> list[str]:
    """What stands in our folder and is not ours. Raises OSError."""
    try:
        with _opened(directory / FOLDER) as folder:
            return _sorted_out(folder)[1]
    except FileNotFoundError:
        return []


def _fulfil(future: Future[Result], act: Callable[..., Result], *arguments: object) -> None:
    try:
        future.set_result(act(*arguments))
    except BaseException as error:  # noqa: BLE001  # who waits is told
        future.set_exception(error)


def _name(key: str) -> str:
    name = f"{key}.prompt"
    if not WHOLE.fullmatch(name):
        raise ValueError(f"expected a key of 64 hexadecimal digits, got {key!r:.80}")
    return name


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """A descriptor of the folder: what follows is done in this one, even if its name leads elsewhere
    later."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sorted_out(folder: int) -> tuple[list[tuple[float, int, str]], list[str]]:
    """Our files, as (time, bytes, name), and the names of what is not ours."""
    ours, others = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            named = WHOLE.fullmatch(entry.name) or HALF.fullmatch(entry.name)
            if not (named and entry.is_file(follow_symlinks=False)):
                others.append(entry.name)
                continue
            with suppress(FileNotFoundError):  # another server that shares the folder was faster
                found = entry.stat(follow_symlinks=False)
                ours.append((found.st_mtime, found.st_size, entry.name))
    return ours, sorted(others)


def _content(name: str, folder: int) -> bytes:
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            audio = file.read()
        with suppress(OSError):  # makes it the newest, which is removed last; a disk may refuse it
            os.utime(descriptor)
        return audio
    finally:
        os.close(descriptor)


def _is_taken(name: str, folder: int) -> bool:
    """Whether something that is not ours has the name."""
    try:
        return not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _keep(key: str, audio: bytes, folder: int) -> None:
    half = f"{key}.{secrets.token_hex(4)}.half"
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with suppress(OSError):  # where a disk knows no locks, no file is taken for abandoned either
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(audio)
            file.flush()
            os.fsync(file)
            os.rename(half, _name(key), src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        _remove(half, folder)
        raise


def _is_abandoned(half: str, folder: int) -> bool:
    """The process that writes it holds a lock, which ends with the process."""
    try:
        descriptor = os.open(half, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _remove(name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
