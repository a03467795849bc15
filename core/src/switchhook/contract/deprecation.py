"""What goes away warns first, with the file and the line of who uses it."""

from __future__ import annotations

import sys
import warnings
from types import FrameType


class Deprecated(DeprecationWarning):
    """Of Switchhook's own; `switchhook check` shows them, and Python's own filters find them as any other."""


def message(what: str, instead: str, gone_in: str) -> str:
    return f"{what} is deprecated and will be gone in {gone_in}: use {instead}"


def warn(what: str, instead: str, gone_in: str) -> None:
    """Warn at the line that led here from outside of Switchhook, however deep it came in."""
    frame = _outside(sys._getframe(1))  # noqa: SLF001  # the documented way
    said = message(what, instead, gone_in)
    if frame is None:
        warnings.warn(said, Deprecated, stacklevel=2)
        return
    seen = frame.f_globals.setdefault("__warningregistry__", {})
    where = frame.f_code.co_filename, frame.f_lineno
    warnings.warn_explicit(said, Deprecated, *where, frame.f_globals.get("__name__"), seen)


def _outside(frame: FrameType | None) -> FrameType | None:
    while frame and str(frame.f_globals.get("__name__")).partition(".")[0] in ("switchhook", "importlib"):
        frame = frame.f_back
    return frame
