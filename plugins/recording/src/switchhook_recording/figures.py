"""What recording measures."""

from __future__ import annotations

from switchhook import Figure

RECORDINGS_LOST = Figure(
    "recordings_lost",
    "count",
    "Recordings of calls that were lost, or too old before the store had them; the log says why",
    (),
)
MESSAGES_LOST = Figure(
    "messages_lost", "count", "Messages of callers that the webhook did not take; the log says why", ()
)
FIGURES = (RECORDINGS_LOST, MESSAGES_LOST)
