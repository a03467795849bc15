"""Where an exception came from, for logs: files, lines and functions. Never its text, nor the code of a line,
which may quote it: both may carry a caller's words."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from traceback import walk_tb
from types import ModuleType, TracebackType

from .errors import SwitchhookError

FRAMES = 100  # of one exception, the innermost
EXCEPTIONS = 20  # that led to one another, or stand in a group


def home(maker: object) -> Collection[str]:
    """The files of whoever made a module, a function or an object: the folder of its package, or its file."""
    module = maker.__name__ if isinstance(maker, ModuleType) else getattr(maker, "__module__", "")
    parts = str(module).split(".")
    for length in range(1, len(parts) + 1):
        found = sys.modules.get(".".join(parts[:length]))
        if file := getattr(found, "__file__", None):  # else a namespace, which others may share
            return (str(Path(file).parent) + "/" if hasattr(found, "__path__") else file,)
    return ()


def is_of(file: str, own: Collection[str]) -> bool:
    """Whether it is among somebody's files, as `home` gives them."""
    return any(file == one or (one.endswith("/") and file.startswith(one)) for one in own)


def place(error: BaseException, own: Collection[str] = ()) -> str:
    """Where it was raised. `own`: files of the author who reads it. The innermost line in them is given:
    there they find what to mend, even if the error came up deep in a library. For a group, the first error in
    it counts."""
    raised = [error]
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
        raised.append(error)
    for each in reversed(raised):
        lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(each.__traceback__)]
        for file, line in reversed(lines):
            if is_of(file, own):
                return f" at {file}:{line}"
    if own:
        return place(error)
    innermost = list(walk_tb(error.__traceback__))[-1:]
    return "".join(f" at {frame.f_code.co_filename}:{line}" for frame, line in innermost)


def without_frames(error: BaseException | None) -> None:
    """To be called once all was told of it. A frame that knows the error which went through it is in a circle
    with it, and keeps all else that it knows."""
    while error is not None and error.__traceback__ is not None:
        error.__traceback__, error = None, error.__cause__ or error.__context__


def trace(error: BaseException) -> str:
    """The whole trace of an exception and of those that led to it, with texts hidden."""
    return "\n".join(_lines(error, set()))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    if id(error) in seen or len(seen) == EXCEPTIONS:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines(before, seen)
        yield "which led to:" if error.__cause__ else "during which came:"
    yield "Traceback (most recent call last):"
    yield from _frames(error.__traceback__)
    reason = error.reason if isinstance(error, SwitchhookError) else ""
    yield f"{type(error).__qualname__}: {reason or '•••'}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from (f"  | {line}" for line in _lines(one, seen))


def _frames(found: TracebackType | None) -> list[str]:
    frames = [
        f'  File "{frame.f_code.co_filename}", line {line}, in {frame.f_code.co_qualname}'
        for frame, line in walk_tb(found)
    ]
    return frames[-FRAMES:]
