"""One page of metrics of those of several workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

SUMMED = ("counter", "histogram")
CREATED = "_created"  # a time of the clock: of several the first
WORKER = "worker"  # the label of a level, which is each worker's own
Labels = Mapping[str, str]
Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class _Family:
    about: Metric
    values: dict[Key, float] = field(default_factory=dict)

    def add(self, sample: Sample, more: Labels) -> None:
        key = sample.name, tuple({**sample.labels, **more}.items())
        known = self.values.get(key)
        if known is None:
            self.values[key] = sample.value
        else:
            created = sample.name.endswith(CREATED)
            self.values[key] = min(known, sample.value) if created else known + sample.value

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


def merged(pages: Mapping[int, bytes], gone: Sequence[bytes]) -> bytes:
    """Counters and histograms are sums. Levels stay as each worker has them, by the label `worker`; those of
    workers that are gone do not count. `pages` by the workers' numbers."""
    families: dict[str, _Family] = {}
    for slot, page in [*pages.items(), *((None, page) for page in gone)]:
        for metric in text_string_to_metric_families(page.decode()):
            level = metric.type not in SUMMED and not metric.name.endswith(CREATED)
            if level and slot is None:
                continue
            family = families.setdefault(metric.name, _Family(metric))
            for sample in metric.samples:
                family.add(sample, {WORKER: str(slot)} if level else {})
    return generate_latest(_Merged(families.values()))
