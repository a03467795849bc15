"""Refusals and events go to JSON Lines files that only their owner can read."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import anyio

from ...contract.records import SCHEMA, to_line, utc_now
from .line_writer import LineWriter

logger = logging.getLogger(__name__)

REFUSALS_A_MINUTE = 60
MOST_REASONS = 50  # that are counted each by itself
LOOK = 1.0  # seconds between two looks at the clock
SHARE_OF_EVENTS = 0.5  # of what may wait for a disk: the other half is for records


class RefusalFile:
    """Lines in the file of the day, readable by its owner alone. Without a directory nothing is kept."""

    gave_up = False

    def __init__(self, directory: Path | None, writer: LineWriter) -> None:
        self.directory, self._writer = directory, writer
        self._minute, self._refused = "", 0
        self._left_out: Counter[str] = Counter()  # by reason

    def refusal(self, reason: str, details: Mapping[str, object]) -> None:
        """Writes a short line, but only so many a minute: a flood of requests must not fill the disk. The
        others are counted in one line when the minute is over."""
        self.count_left_out()
        self._refused += 1
        if self._refused <= REFUSALS_A_MINUTE:
            line = {"schema": SCHEMA, "kind": "refused", "at": utc_now(), "reason": reason, **details}
            self._write(to_line(line))
        else:
            known = reason in self._left_out or len(self._left_out) < MOST_REASONS
            self._left_out[reason if known else "others"] += 1

    def count_left_out(self, *, at_once: bool = False) -> None:
        """Writes the line for the last minute, if that is over, or `at_once`."""
        now = utc_now()
        if now[:16] == self._minute and not at_once:
            return
        if self._left_out:
            line = {"schema": SCHEMA, "kind": "refused", "at": now, "left_out": dict(self._left_out)}
            self._write(to_line(line))
        self._minute, self._refused = now[:16], 0
        self._left_out.clear()

    async def watch(self) -> None:
        """Looks at the clock, for ever: a minute ends even if no further call comes."""
        while True:
            await anyio.sleep(LOOK)
            self.count_left_out()

    def lost(self, line: str, why: str, /) -> None:
        logger.error("cannot write to %s: %s; record: %s", self.directory, why, line)

    def _write(self, line: str) -> None:
        if self.directory is not None:
            self._writer.put(self, self.directory / f"calls-{utc_now()[:10]}.jsonl", line)


class EventFile:
    """The events of one call, a line each. If the disk does not take one, those after it are not written; the
    call goes on."""

    def __init__(self, path: Path, writer: LineWriter) -> None:
        self._path, self._writer, self.gave_up = path, writer, False

    def write(self, line: str) -> None:
        if not self.gave_up:
            self._writer.put(self, self._path, line, share=SHARE_OF_EVENTS)

    def lost(self, line: str, why: str, /) -> None:  # noqa: ARG002  # those after it would be worth nothing
        if not self.gave_up:
            self.gave_up = True
            logger.error("cannot write events to %s: %s; this call's events end here", self._path, why)


def unwritable(directory: Path) -> str:
    """Why nothing can be written there; nothing if it can, also where the directory has to be made."""
    # of what may not be looked at nothing is known; that is said of the folder which it is in
    nearest = next(path for path in (directory, *directory.parents) if os.path.lexists(path))
    if not os.path.exists(nearest):  # noqa: PTH110
        return f"{nearest} is a link to what is not there"
    if not nearest.is_dir():
        return f"{nearest} is no directory"
    if nearest == Path("/proc"):
        return "/proc keeps no files"
    if os.access(nearest, os.W_OK | os.X_OK):
        return ""
    if os.statvfs(nearest).f_flag & os.ST_RDONLY:
        return f"the file system of {nearest} is mounted read-only"
    return f"the user that this runs as (uid {os.geteuid()}) may not write to {nearest}"
