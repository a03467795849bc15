"""What becomes of files: those that a stopped server left are finished, old ones are deleted."""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from .disk import PART
from .wav import HEAD, with_sizes

logger = logging.getLogger(__name__)

AGAIN = 3600.0  # seconds until it is looked again
SEALED = ".age"
ENDINGS = (".wav", ".wav" + SEALED)
CUT = ".cut"


class Keeper:
    """A thread of its own, as a disk may take its time."""

    def __init__(
        self, directory: Path, keep: float | None, deleted: Callable[[int], None] = lambda _: None
    ) -> None:
        """`keep`: seconds that a file is kept for; None: for good. `deleted` is told how many recordings were
        deleted."""
        self._directory, self._keep, self._deleted, self._ended = directory, keep, deleted, Event()
        self._thread = Thread(target=self._work, name="recordings", daemon=True)
        self._thread.start()

    def close(self, patience: float) -> None:
        """Blocks for so many seconds at most."""
        self._ended.set()
        self._thread.join(patience)

    def _work(self) -> None:
        self._try(lambda: finish_cut(self._directory))
        while self._keep is not None:
            before = time.time() - self._keep
            self._try(lambda: self._deleted(delete_old(self._directory, before)))  # noqa: B023  # it is called at once
            if self._ended.wait(AGAIN):
                return

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            why = error.strerror or type(error).__name__
            logger.error("recordings in %s: %s", self._directory, why)  # noqa: TRY400  # a trace tells no more


def finish_cut(directory: Path) -> None:
    """Files whose writer was killed become recordings as far as they go, with `cut` in their names."""
    for part in sorted(directory.glob(f"*/*{PART}")):
        with _alone(part):
            _finish(part)


def _finish(part: Path) -> None:
    with part.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another process writes it
        if not part.exists():
            return  # it was finished meanwhile
        stem, dot, ending = part.name.removesuffix(PART).partition(".")
        whole = part.with_name(f"{stem}{CUT}{dot}{ending}")
        if not ending.endswith(SEALED):
            head = with_sizes(file.read(HEAD), part.stat().st_size)
            file.seek(0)
            file.write(head)
        part.rename(whole)
    logger.warning("the recording %s ends where the server was stopped", whole.name)


def delete_old(directory: Path, before: float) -> int:
    """Recordings written before that time; how many there were. Only folders of days that are old enough are
    looked into."""
    deleted, last = 0, f"{datetime.fromtimestamp(max(before, 0.0), UTC):%Y-%m-%d}"
    for day in sorted(path for path in directory.glob("????-??-??") if path.name <= last and path.is_dir()):
        with _alone(day):
            for path in day.iterdir():
                deleted += path.name.endswith((*ENDINGS, PART)) and _is_deleted(path, before)
            if day.name < last and not any(day.iterdir()):
                day.rmdir()
    if deleted:
        logger.info("%d recordings were old and are deleted", deleted)
    return deleted


def _is_deleted(path: Path, before: float) -> bool:
    with _alone(path):
        if path.stat().st_mtime < before:
            path.unlink()
            return True
    return False


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """What cannot be done with one, or was done by another process meanwhile, is no matter of the others."""
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        logger.error("%s: %s", path, error.strerror or type(error).__name__)  # noqa: TRY400  # a trace tells no more
