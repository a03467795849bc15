"""From the protocol's events to the leg's."""

from __future__ import annotations

from switchhook import (
    Closed,
    Digit,
    Gap,
    LanguageChanged,
    LegEvent,
    PlaybackFinished,
    PlaybackStarted,
)

from .protocol import events


def leg_event(event: events.ServerEvent) -> LegEvent | None:
    match event:
        case events.DigitReceived(digit):
            return Digit(digit)
        case events.Resumed(start, length) | events.Discarded(start, length) if length > 0:
            return Gap(start, length)
        case events.Updated(str() as language):
            return LanguageChanged(language)
        case events.PlaybackStarted():
            return PlaybackStarted()
        case events.PlaybackCompleted():
            return PlaybackFinished()
    return None


def closed(reason: str) -> Closed:
    """By the reason of `close`. "disconnect" only ever answers ours."""
    if reason == "disconnect":
        return Closed("ended")
    if reason == "error":
        return Closed("lost", "the client failed")
    return Closed("hung_up", "" if reason == "end" else f"close {reason!r}")
