"""What tracing measures."""

from __future__ import annotations

from switchhook import Figure

SPANS_LOST = Figure("spans_lost", "count", "Spans of calls that the collector did not take", ())
FIGURES = (SPANS_LOST,)
