"""What Python itself would print to standard error, as lines of the log: warnings, and exceptions that nobody
takes. Their texts may quote a caller, so only kind and place are said."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from typing import TYPE_CHECKING, TextIO

from ...contract.traces import place, trace

if TYPE_CHECKING:
    from types import TracebackType

logger = logging.getLogger(__name__)

OF_CODE = (
    *(DeprecationWarning, PendingDeprecationWarning, FutureWarning, RuntimeWarning, ResourceWarning),
    *(ImportWarning, SyntaxWarning, EncodingWarning),
)
"""Kinds of warnings that speak of code. Others may hold what somebody gave it."""


def catch() -> None:
    """From now on, for this process."""
    warnings.showwarning = _warn
    sys.excepthook = _end
    sys.unraisablehook = _unraisable
    threading.excepthook = _in_thread


def _warn(  # noqa: PLR0917  # as Python calls it
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if file is not None:  # somebody asks for it to be written there
        file.write(warnings.formatwarning(message, category, filename, lineno, line))
        return
    said = f": {message}" if issubclass(category, OF_CODE) else ""
    logger.warning("%s at %s:%d%s", category.__name__, filename, lineno, said)


def _end(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _say("the process ends by", error)


def _in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
        _say(f"thread {given.thread.name if given.thread else ''} ended by", given.exc_value)


def _unraisable(given: sys.UnraisableHookArgs) -> None:
    if given.exc_value is not None:
        _say(f"nobody could take what {type(given.object).__name__} raised:", given.exc_value)


def _say(what: str, error: BaseException) -> None:
    logger.error("%s %s%s", what, type(error).__name__, place(error))
    logger.debug("%s", trace(error))
