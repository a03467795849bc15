"""Turns the protocol's events into the leg's."""

from __future__ import annotations

from collections.abc import Iterator

from switchhook import (
    Closed,
    Digit,
    Gap,
    LanguageChanged,
    LegEvent,
    Paused,
    PlaybackFinished,
    PlaybackStarted,
    Resumed,
)
from switchhook_audiohook.protocol import events


def leg_events(event: events.ServerEvent) -> Iterator[LegEvent]:
    match event:
        case events.DigitReceived(digit):
            yield Digit(digit)
        case events.Paused(own=True):
            yield Paused()
        case events.Resumed(start, length) | events.Discarded(start, length):
            if length > 0:
                yield Gap(start, length)
            if isinstance(event, events.Resumed):
                yield Resumed()
        case events.Updated(str() as language):
            yield LanguageChanged(language)
        case events.PlaybackStarted():
            yield PlaybackStarted()
        case events.PlaybackCompleted():
            yield PlaybackFinished()


def closed(reason: str, error: int | None) -> Closed:
    """The end that the reason of `close` tells, and the code of an `error` before it. "disconnect" only comes
    as the answer to ours."""
    if reason == "disconnect":
        return Closed("ended")
    if reason == "error":
        return Closed("lost", "the client failed" + (f" with error {error}" if error else ""))
    return Closed("hung_up", "" if reason == "end" else f"close {reason!r}")
