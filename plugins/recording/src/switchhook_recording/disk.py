"""The thread that writes recordings. It may be as slow as its disk: a call never waits for it."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

from switchhook import AudioFormat

from .sealing import Sealed
from .wav import LARGEST, header, interleaved

logger = logging.getLogger(__name__)

MOST_WAITING = 30.0  # seconds of both sides that may wait for the disk; beyond that it is too slow
SILENCE_AT_ONCE = 10.0  # seconds
PART = ".part"  # of the name of a file that is being written


class Disk:
    """`finished` is called in the thread with each file that is complete, `lost` in any thread with the
    number of recordings that are newly lost."""

    def __init__(
        self, finished: Callable[[Path], None] = lambda _: None, lost: Callable[[int], None] = lambda _: None
    ) -> None:
        self.finished, self.lost = finished, lost
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="recording", daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)

    def close(self, patience: float) -> None:
        """What was asked for is done first. Blocks for so many seconds at most."""
        self._jobs.put(None)
        self._thread.join(patience)
        if self._thread.is_alive():
            logger.error("recordings are lost: the disk did not take them within %g s", patience)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class RecordingFile:
    """One recording. `lost` says why there will be none; on the event loop's side nothing waits or raises."""

    def __init__(
        self, disk: Disk, path: Path, audio: AudioFormat, recipient: bytes | None, name: str
    ) -> None:
        """`name`: of the call, for the log."""
        self.path, self.lost = path, ""
        self._part = path.with_name(path.name + PART)
        self._disk, self._audio, self._recipient, self._name = disk, audio, recipient, name
        self._asked = self._done = 0  # bytes; each is counted by one thread
        self._most = audio.size(MOST_WAITING)
        self._size = 0  # of both sides in the file
        self._file: BinaryIO | None = None
        self._sealed: Sealed | None = None
        disk.do(lambda: self._try(self._open))

    # --- on the event loop

    def write(self, caller: bytes, bot: bytes, size: int, /) -> None:
        if self.lost:
            return
        waiting = len(caller) + len(bot)
        self._asked += waiting
        if self._asked - self._done > 2 * self._most:
            self.lose("the disk is too slow")
            self._disk.do(self._throw_away)
            return

        def job() -> None:
            self._try(lambda: self._append(caller, bot, size))
            self._done += waiting

        self._disk.do(job)

    def close(self) -> None:
        """No more comes."""
        self._disk.do(lambda: self._try(self._finish))

    def lose(self, why: str) -> None:
        if not self.lost:
            self.lost = why
            logger.error("the recording of call %s is lost: %s", self._name, why)
            self._disk.lost(1)

    # --- in the thread

    def _try(self, work: Callable[[], None]) -> None:
        if self.lost:
            return
        try:
            work()
        except OSError as error:
            self.lose(error.strerror or type(error).__name__)
            self._throw_away()
        except Exception as error:  # noqa: BLE001  # one recording is lost, and not the thread of all others
            self.lose(type(error).__name__)
            self._throw_away()

    def _open(self) -> None:
        self._part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        new = self._part.with_name(f"{self._part.name}.new")
        self._file = os.fdopen(os.open(new, flags, 0o600), "r+b", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # who finds it knows that it goes on
        new.rename(self._part)
        if self._recipient is None:
            self._file.write(header(self._audio, 0))
        else:
            self._sealed = Sealed(self._recipient)
            self._put(self._sealed.begin + self._sealed.write(header(self._audio, None)))

    def _append(self, caller: bytes, bot: bytes, size: int) -> None:
        step = self._audio.size(SILENCE_AT_ONCE)
        for begin in range(0, size, step):
            length = min(step, size - begin)
            sides = [self._filled(side[begin : begin + length], length) for side in (caller, bot)]
            both = interleaved(self._audio, *sides)
            if self._size + len(both) > LARGEST:
                raise OSError(0, "it is larger than a WAV file can be")
            self._size += len(both)
            self._put(self._sealed.write(both) if self._sealed else both)

    def _filled(self, side: bytes, length: int) -> bytes:
        missing = length - len(side)
        return side + self._audio.silence(self._audio.seconds(missing)) if missing else side

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view and self._file is not None:
            view = view[self._file.write(view) :]

    def _finish(self) -> None:
        if self._file is None:
            return
        if self._sealed:
            self._put(self._sealed.end())
        else:
            self._file.seek(0)
            self._put(header(self._audio, self._size))
        os.fsync(self._file.fileno())
        self._part.rename(self.path)
        self._file.close()
        self._disk.finished(self.path)

    def _throw_away(self) -> None:
        """A disk that takes nothing may not even let it be deleted. Then it stays, and is `cut` after a
        restart: the thread goes on, with other recordings."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            with file:
                self._part.unlink(missing_ok=True)
        except OSError as error:
            form = "what there is of the recording of call %s stays in %s: %s"
            logger.error(form, self._name, self._part, error.strerror or type(error).__name__)  # noqa: TRY400  # the reason says it all
