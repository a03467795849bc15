"""How soon a second try is made at what a service was too busy for."""

from __future__ import annotations

LONGEST = 2.0  # seconds that a caller can be made to wait before it
SHORT = 0.25  # where a service does not say for how long


def seconds_in(retry_after: str) -> float | None:
    """A Retry-After header; None for one that is missing, or says a date."""
    return float(retry_after) if retry_after.isdecimal() else None


def pause_of(retry_after: float | None) -> float | None:
    """Seconds; None: the service asks for more than a caller can be made to wait."""
    pause = SHORT if retry_after is None else retry_after
    return pause if pause <= LONGEST else None
