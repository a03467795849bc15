"""Look into the records of calls: list them, show one as a story, export and erase.

They are read where [records] of the configuration says that they go: from the first place that gives them
back. Of several places with the same records, --sink names one. ID is the conversation's, the leg's, or the
record's own.

example:
  switchhook records list --newest 20
  switchhook records show 7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e --html call.html
  switchhook records export > calls.jsonl
  switchhook records erase 7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import add_config

if TYPE_CHECKING:
    from ..contract.settings import Settings
    from ..contract.sinks import RecordStore
    from ..serving.records.recorded import Found
    from ..serving.records.stores import Stores

GROUP = "look into calls"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    listed = commands.add_parser("list", help="the newest calls, a line each")
    listed.add_argument("--newest", type=_count, default=50, metavar="N", help="how many; default: 50")
    shown = commands.add_parser("show", help="one call as a story, with its latencies")
    shown.add_argument("id", type=_id, metavar="ID")
    shown.add_argument(
        "--html", type=Path, metavar="FILE", help="as one page: both sides, prompts, barge-ins, faults"
    )
    shown.add_argument(
        "--identity", type=Path, metavar="KEYS", help="age's file with the key of encrypted recordings"
    )
    exported = commands.add_parser("export", help="records as JSON Lines, the oldest first")
    exported.add_argument("id", type=_id, nargs="?", metavar="ID", help="of one call; default: of all")
    erased = commands.add_parser("erase", help="what is kept of a call, wherever it is")
    erased.add_argument("id", type=_id, metavar="ID")
    for each in commands.choices.values():
        add_config(each)
    for name in ("list", "show", "export"):
        commands.choices[name].add_argument("--sink", metavar="NAME", help="where to read them")


def run(arguments: argparse.Namespace) -> int:
    import anyio

    from ..contract.errors import StartError

    try:
        return anyio.run(_run, arguments)
    except OSError as error:
        if error.filename is None:  # of a pipe that is not read any more
            raise
        raise StartError(f"{error.filename}: {error.strerror}") from None


async def _run(arguments: argparse.Namespace) -> int:
    from ..serving.config.configuration import load_settings
    from ..serving.records.stores import Stores

    base = arguments.config.parent.absolute()
    settings = load_settings(arguments.config)
    stores = Stores(settings, base)
    if arguments.what == "erase":
        return await _erase(stores, arguments.id)
    async with stores.opened(arguments.sink) as store:
        match arguments.what:
            case "list":
                return await _list(store, arguments.newest)
            case "show":
                return await _show(stores, store, arguments, settings)
            case _:
                return await _export(store, arguments.id or "")


async def _list(store: RecordStore, newest: int) -> int:
    from ..serving.records.story import line

    found = False
    async for each in store.records("", newest):
        found = True
        print(line(each))
    if not found:
        print("there are no records yet: that of a call comes when it has ended", file=sys.stderr)
    return 0


async def _show(stores: Stores, store: RecordStore, arguments: argparse.Namespace, settings: Settings) -> int:
    from ..contract.errors import SettingsError
    from ..serving.records.recorded import opener, recording_of
    from ..serving.records.story import lines

    wanted, page, identity = arguments.id, arguments.html, arguments.identity
    if identity is not None and page is None:
        raise SettingsError("--identity opens a recording to draw it: say --html FILE too")
    newest: Mapping[str, Any] | None = None
    async for newest in store.records(wanted, None):
        for line in lines(newest):
            print(line)
    if newest is not None and page is not None:
        opened = opener(settings, arguments.config.parent.absolute(), identity) if identity else None
        _draw(newest, stores.events(str(newest.get("id"))), recording_of(newest, opened), page)
    return _unless(newest is not None, wanted)


def _draw(record: Mapping[str, Any], events: Iterable[str], recording: Found, page: Path) -> None:
    from ..contract.visible import visible
    from ..tools.story_page import story_page

    whole = [*_whole(events)]
    wav, note = recording
    try:
        drawn = story_page(record, whole, wav, note)
    except ValueError as error:
        note = f"its recording cannot be drawn: {error}"
        drawn = story_page(record, whole, note=note)
    # its owner's alone, as the records are: it says what callers said
    there = os.open(page, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(there, "w", encoding="utf-8") as file:
        file.write(drawn)
    if note:
        print(visible(note))
    print(f"its page: {visible(str(page))}")


def _whole(events: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Those that can be read: of a process that was killed, or a disk that was full, the last one is cut."""
    for line in events:
        with suppress(ValueError):
            if isinstance(event := json.loads(line), dict):
                yield event


async def _export(store: RecordStore, wanted: str) -> int:
    found = not wanted
    async for each in store.records(wanted, None):
        found = True
        print(_line(each))
    return _unless(found, wanted)


async def _erase(stores: Stores, wanted: str) -> int:
    from ..contract.visible import visible

    total = 0
    try:
        async for place, count in stores.erase(wanted):
            total += count
            if count:
                print(f"{place}: {count}")
    finally:
        for recording in sorted(stores.recordings):
            print(visible(f"its recording stays, to be deleted where it is: {recording}"))
    return _unless(bool(total), wanted)


def _unless(found: bool, wanted: str) -> int:
    from ..contract.visible import visible

    if not found:
        said = f"there is no record of {visible(wanted)}; `switchhook records list` shows what there is"
        print(said, file=sys.stderr)
    return 0 if found else 1


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":"))


def _id(text: str) -> str:
    """An empty one would be every call's: a script whose variable is not set would erase them all."""
    if not text.strip():
        raise argparse.ArgumentTypeError("expected the id of a call, got an empty text")
    return text


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)
