"""One page of metrics of those of several workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

MOMENTS = ("_created", "_start_time_seconds")  # times of the clock: of several the first
Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class _Family:
    about: Metric
    values: dict[Key, float] = field(default_factory=dict)

    def add(self, sample: Sample) -> None:
        key = sample.name, tuple(sample.labels.items())
        known = self.values.get(key)
        if known is None:
            self.values[key] = sample.value
        else:
            is_moment = sample.name.endswith(MOMENTS)
            self.values[key] = min(known, sample.value) if is_moment else known + sample.value

    def metric(self) -> Metric:
        made = Metric(self.about.name, self.about.documentation, self.about.type)
        for (name, labels), value in self.values.items():
            made.add_sample(name, dict(labels), value)
        return made


class _Merged(CollectorRegistry):
    def __init__(self, families: Iterable[_Family]) -> None:
        super().__init__()
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        return (each.metric() for each in self._families)


def merged(pages: Sequence[bytes], gone: Sequence[bytes]) -> bytes:
    """Counters, levels and histograms are sums. Levels of workers that are gone do not count."""
    families: dict[str, _Family] = {}
    for at, page in enumerate([*pages, *gone]):
        for metric in text_string_to_metric_families(page.decode()):
            if at >= len(pages) and metric.type not in ("counter", "histogram"):
                continue
            family = families.setdefault(metric.name, _Family(metric))
            for sample in metric.samples:
                family.add(sample)
    return generate_latest(_Merged(families.values()))
