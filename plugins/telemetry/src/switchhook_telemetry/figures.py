"""From figures as they are told to metrics as Prometheus reads them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import ClassVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

logger = logging.getLogger(__name__)

BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)  # seconds that a caller notices
MOST_NAMES, MOST_LABELS = 100, 500  # names, and sets of labels of one name: what is beyond counts as "other"
LABEL_LENGTH = 64

ABOUT = {
    "calls_started": "Calls that were answered",
    "calls_ended": "Calls that ended, by outcome",
    "calls": "Live calls",
    "connections": "Open WebSockets of the transport, probes among them",
    "upgrades_refused": "Upgrade requests that were refused, by reason",
    "limit_hits": "Times that a limit turned somebody away, by limit",
    "protocol_violations": "Sessions that a client ended by breaking the protocol, by kind of rule",
    "position_drifts": "Times that a client's position left ours by more than a second",
    "client_errors": "Errors that clients reported, by code; 429 is too fast",
    "probes": "Connection probes answered, by result",
    "prompts": "Prompts and parts of them that were spoken, from the cache or by an engine",
    "engines_resting": "Engines that failed again and again and are asked last",
    "record_lines_waiting": "Lines of records and events that wait for the disk",
    "record_lines_lost": "Lines of records and events that the disk did not take",
    "faults": "Faults of plugins and engines that were contained, by source",
    "recognition_seconds": "From the end of an utterance to its final transcript",
    "turn_seconds": "From the end of an utterance to the first sound of the answer",
    "rtt_seconds": "Round trips to the client, as it measured them",
}


class Figures:
    """One registry for one application."""

    #: counts that fall as well as rise
    LEVELS: ClassVar = frozenset({"connections", "engines_resting", "record_lines_waiting"})

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._metrics: dict[str, Counter | Gauge | Histogram] = {}
        self._names: dict[str, tuple[str, ...]] = {}  # of the labels, fixed by the first figure of a name
        self._seen: dict[str, set[tuple[str, ...]]] = {}
        self._calls = Gauge("switchhook_calls", ABOUT["calls"], registry=self._registry)

    def take(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """A name that ends in _seconds is a histogram, another a counter."""
        self._calls.inc({"calls_started": 1, "calls_ended": -1}.get(name, 0))
        metric = self._metrics.get(name) or self._make(name, tuple(sorted(labels)))
        if metric is None:
            return
        values = self._values(name, labels)
        one = metric.labels(*values) if values else metric
        if isinstance(one, Histogram):
            one.observe(value)
        elif isinstance(one, Gauge) or value >= 0:
            one.inc(value)

    def page(self) -> bytes:
        return generate_latest(self._registry)

    def _make(self, name: str, labels: tuple[str, ...]) -> Counter | Gauge | Histogram | None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) or len(self._metrics) >= MOST_NAMES:
            return None
        if not all(re.fullmatch(r"[a-z][a-z0-9_]{0,31}", label) for label in labels):
            return None
        full, about = f"switchhook_{name}", ABOUT.get(name, "Told by a plugin")
        metric: Counter | Gauge | Histogram
        if name.endswith("_seconds"):
            metric = Histogram(full, about, labels, buckets=BUCKETS, registry=self._registry)
        elif name in self.LEVELS:
            metric = Gauge(full, about, labels, registry=self._registry)
        else:
            metric = Counter(full, about, labels, registry=self._registry)
        self._metrics[name], self._names[name], self._seen[name] = metric, labels, set()
        return metric

    def _values(self, name: str, labels: Mapping[str, str]) -> tuple[str, ...]:
        values = tuple(str(labels.get(label, ""))[:LABEL_LENGTH] for label in self._names[name])
        seen = self._seen[name]
        if values in seen:
            return values
        if len(seen) < MOST_LABELS:
            seen.add(values)
            return values
        return ("other",) * len(values)
