"""From figures as they are told to metrics as Prometheus reads them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from switchhook import Figure

logger = logging.getLogger(__name__)

BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)  # seconds that a caller notices
MOST_NAMES = 100  # that nobody has declared: what is beyond is not shown
MOST_LABELS = 500  # sets of labels of one name: what is beyond counts as "other"
LABEL_LENGTH = 64

CALLS = Figure("calls", "level", "Live calls", ())


class Figures:
    """One registry for one application. `declared`: what the figures are, by name; more may come into it."""

    def __init__(self, declared: Mapping[str, Figure]) -> None:
        self._declared = declared
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._metrics: dict[str, Counter | Gauge | Histogram] = {}
        self._names: dict[str, tuple[str, ...]] = {}  # of the labels, fixed by the first figure of a name
        self._seen: dict[str, set[tuple[str, ...]]] = {}
        self._calls = Gauge("switchhook_calls", CALLS.meaning, registry=self._registry)

    def take(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """Of what nobody has declared, a name that ends in _seconds is a histogram, another a counter."""
        self._calls.inc({"calls_started": 1, "calls_ended": -1}.get(name, 0))
        metric = self._metrics.get(name) or self._make(name, labels)
        if metric is None:
            return
        values = self._values(name, labels)
        one = metric.labels(*values) if values else metric
        if isinstance(one, Histogram):
            one.observe(value)
        elif isinstance(one, Gauge) or value >= 0:
            one.inc(value)

    def page(self) -> bytes:
        for figure in self._declared.values():
            # so that the page has it before it was taken, as rules want to see it
            if figure.labels is not None and figure.name not in self._metrics:
                self._make(figure.name, figure.labels)
        return generate_latest(self._registry)

    def _make(self, name: str, given: Iterable[str]) -> Counter | Gauge | Histogram | None:
        """With the labels that were declared, else with those that are given."""
        known = self._declared.get(name)
        labels = tuple(sorted(given if known is None or known.labels is None else known.labels))
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
            return None
        if name not in self._declared and len(self._metrics.keys() - self._declared.keys()) >= MOST_NAMES:
            return None
        if not all(re.fullmatch(r"[a-z][a-z0-9_]{0,31}", label) for label in labels):
            return None
        figure = known or _undeclared(name)
        full, about = f"switchhook_{name}", figure.meaning
        metric: Counter | Gauge | Histogram
        if figure.kind == "seconds":
            metric = Histogram(full, about, labels, buckets=BUCKETS, registry=self._registry)
        elif figure.kind == "level":
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


def _undeclared(name: str) -> Figure:
    return Figure(name, "seconds" if name.endswith("_seconds") else "count", "Told by a plugin")
