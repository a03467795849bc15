"""What the transport measures."""

from __future__ import annotations

from switchhook import Figure

FIGURES = (
    Figure("connections", "level", "Open WebSockets of the transport, probes among them", ()),
    Figure("upgrades_refused", "count", "Upgrade requests that were refused, by reason", ("reason",)),
    Figure("limit_hits", "count", "Times that a limit turned somebody away, by limit", ("limit",)),
    Figure(
        "protocol_violations",
        "count",
        "Sessions that a client ended by breaking the protocol, by kind",
        ("kind",),
    ),
    Figure("position_drifts", "count", "Times that a client's position left ours by more than a second", ()),
    Figure("client_errors", "count", "Errors that clients reported, by code; 429 is too fast", ("code",)),
    Figure("probes", "count", "Connection probes answered, by result", ("result",)),
    Figure("rtt_seconds", "seconds", "Round trips to the client, as it measured them", ()),
)
