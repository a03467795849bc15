"""Finds calls that block the event loop by what they call, before they block: for tests, and for a server on
request. What blocks without one of these calls, the watchdog finds by the time it takes."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from threading import get_ident
from types import FrameType
from typing import Any

from ..contract.traces import home, is_of
from .loader import Plugins

logger = logging.getLogger(__name__)

CALLS = ("time.sleep", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "os.system")
FRAMES = 100  # of one stack, the innermost
PLACES = 100  # that are told of
CURE = "every call waits for it: await something else, or hand it to a thread with anyio.to_thread.run_sync"


@dataclass(frozen=True, slots=True)
class Blocking:
    """`frames`: file and line of all that led to it, the innermost first."""

    call: str
    frames: Sequence[tuple[str, int]]

    def __str__(self) -> str:
        return f"{self.call} at {':'.join(map(str, self.frames[0]))}"

    def seen_by(self, makers: Iterable[object]) -> Blocking:
        """As the first of them sees it whose files have led to it; as it is where none has."""
        return next((own for maker in makers if (own := self.of(home(maker)))), self)

    def of(self, own: Collection[str]) -> Blocking | None:
        """As seen from these files, which `home` gives; None where none of them has led to it."""
        inner = next((at for at, (file, _) in enumerate(self.frames) if is_of(file, own)), None)
        return None if inner is None else Blocking(self.call, self.frames[inner:])


Told = Callable[[Blocking], None]
_told: dict[int, Told] = {}  # by thread
_sleep = time.sleep


@contextmanager
def blocking_calls(told: Told) -> Iterator[None]:
    """`told` of each in this thread, which is the one that the event loop runs in."""
    _hook()
    thread = get_ident()
    outer = _told.get(thread)
    _told[thread] = told
    if sys.version_info < (3, 13):  # it makes no audit event of it
        time.sleep = _watched_sleep  # type: ignore[assignment]  # what counts as a number differs in stubs alone
    try:
        yield
    finally:
        if outer is not None:
            _told[thread] = outer
        else:
            del _told[thread]
        if not _told:
            time.sleep = _sleep


@cache
def _hook() -> None:
    """Once in a process: it cannot be taken away again."""
    sys.addaudithook(_audit)


def _watched_sleep(seconds: float, /) -> None:
    _look("time.sleep", (seconds,), sys._getframe(1))  # noqa: SLF001  # the documented way
    _sleep(seconds)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CALLS and _told:
        _look(event, arguments, sys._getframe(1))  # noqa: SLF001  # as above


def _look(call: str, arguments: tuple[Any, ...], frame: FrameType | None) -> None:
    told = _told.get(get_ident())
    if told is None or frame is None or _is_quick(call, arguments, frame):
        return
    frames: list[tuple[str, int]] = []
    while frame is not None and len(frames) < FRAMES:
        frames.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    told(Blocking(call, frames))


def _is_quick(call: str, arguments: tuple[Any, ...], frame: FrameType) -> bool:
    first = arguments[0] if arguments else None
    match call:
        case "time.sleep":
            return not first
        case "socket.connect":
            return getattr(first, "gettimeout", float)() == 0
        case "socket.getaddrinfo" | "socket.gethostbyname":
            # trio asks for numbers alone, before it asks in a thread
            of_trio = str(frame.f_globals.get("__name__")).startswith("trio.")
            return first is None or _is_number(first) or of_trio
        case _:
            return False


def _is_number(host: object) -> bool:
    try:
        return bool(ip_address(host.decode() if isinstance(host, bytes) else str(host)))
    except ValueError:
        return False


@contextmanager
def blocking_named(plugins: Callable[[], Plugins]) -> Iterator[None]:
    """Each place that blocks is logged once, with the plugin that led to it: one of those loaded then."""
    places: set[str] = set()

    def tell(found: Blocking) -> None:
        owner, seen = "something", found
        for plugin in plugins().loaded.values():
            if own := found.of(plugin.files):
                owner, seen = f"plugin {plugin.name}", own
                break
        if len(places) < PLACES and (said := str(seen)) not in places:
            places.add(said)
            logger.warning("%s blocks the event loop with %s: %s", owner, said, CURE)

    with blocking_calls(tell):
        yield
