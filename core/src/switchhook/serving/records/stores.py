"""Where records are, for those who look at them or erase them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ...contract.errors import SettingsError, SinkUnavailable, StartError
from ...contract.names import did_you_mean
from ...contract.settings import Settings
from ...contract.sinks import RecordStore
from ...plugins.loader import Plugins
from ..drivers.engines import Engines
from ..process.detached import in_thread
from .erasing import erase_lines
from .sinks import make_sinks


class Stores:
    """Raises SettingsError, StartError and PluginError."""

    def __init__(self, settings: Settings, base: Path) -> None:
        plugins = Plugins(settings.plugins.order)
        self._asked = settings.records
        self.recordings: set[str] = set()  # that erased records named
        self._sinks: dict[str, Any] = dict(
            make_sinks(settings.records, plugins, Engines(plugins, base), base)
        )

    @asynccontextmanager
    async def opened(self, name: str | None) -> AsyncIterator[RecordStore]:
        """That of the name, which may be without what tells it from others of its kind; else the first.
        Raises SettingsError."""
        stores = {each: sink for each, sink in self._sinks.items() if isinstance(sink, RecordStore)}
        chosen = [each for each in stores if name in (None, each, each.rpartition("-")[0])]
        if not chosen:
            if not stores:
                raise SettingsError("[records] names nothing that gives records back: say a directory there")
            known = did_you_mean(name or "", sorted(stores), "known")
            raise SettingsError(f"[records] has no sink {name!r} that gives records back; {known}")
        async with self._sinks[chosen[0]]:
            yield stores[chosen[0]]

    async def erase(self, wanted: str) -> AsyncIterator[tuple[str, int]]:
        """From every sink that gives records back, from the spool with its dead letters, and the events.
        Gives each place, and how many lines were erased there. Raises OSError, and at its end StartError
        where a sink was not there."""
        if not wanted:
            raise SettingsError("expected the id of a call")
        legs, failed = {wanted}, list[str]()
        if (folder := self._asked.waiting) is not None:  # first: what waits would go to the sinks else
            yield str(folder), await in_thread(partial(self._erase_waiting, folder, wanted, legs, failed))
        for name in [each for each, sink in self._sinks.items() if isinstance(sink, RecordStore)]:
            try:
                count = await self._erase(name, wanted, legs)
            except (SinkUnavailable, OSError) as error:  # the others' are erased all the same
                failed.append(f"{name}: {_why(error)}")
            else:
                yield name, count
        if self._asked.directory is not None:
            yield "events", await in_thread(partial(_remove_events, self._asked.directory, legs))
        if failed:
            raise StartError(f"not erased everywhere, so erase it again: {'; '.join(failed)}")

    async def _erase(self, name: str, wanted: str, legs: set[str]) -> int:
        sink: Any = self._sinks[name]
        async with sink:
            async for each in sink.records(wanted, None):
                self._note(legs, each)
            count: int = await sink.erase(wanted)
        return count

    def _erase_waiting(self, folder: Path, wanted: str, legs: set[str], failed: list[str]) -> int:
        """A file that cannot be looked into keeps no other."""
        count = 0
        for file in sorted(folder.glob("*.jsonl")):
            try:
                count += erase_lines(file, wanted, partial(self._note, legs))
            except OSError as error:
                failed.append(f"{file}: {error.strerror}")
        return count

    def _note(self, legs: set[str], erased: Mapping[str, Any]) -> None:
        if "id" in erased:
            legs.add(str(erased["id"]))
        kept = erased.get("recordings")
        self.recordings.update(map(str, kept if isinstance(kept, list) else ()))

    def events(self, leg: str) -> Iterable[str]:
        """The lines of a call's event file; none where it has none."""
        name = events_name(leg)
        file = self._asked.directory / f"events-{name}.jsonl" if self._asked.directory and name else None
        return file.read_text("utf-8", "replace").splitlines() if file and file.is_file() else ()


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    return f"{error} ({error.reason})" if isinstance(error, SinkUnavailable) and error.reason else str(error)


def _remove_events(directory: Path, legs: set[str]) -> int:
    """The files of these calls."""
    names = {f"events-{events_name(leg)}.jsonl" for leg in legs if events_name(leg)}
    found = [directory / name for name in names if (directory / name).exists()]
    for file in found:
        file.unlink(missing_ok=True)
    return len(found)


def events_name(leg: str) -> str:
    """The id comes from outside; only its harmless characters name a file."""
    return "".join(c for c in leg if c.isalnum() or c == "-")[:64]
