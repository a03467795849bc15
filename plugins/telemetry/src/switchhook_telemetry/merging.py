"""One page of metrics of those of several workers. Line by line: a library that takes each sample apart would
keep the calls of the worker that does it waiting for half a second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.utils import floatToGoString

SUMMED = ("counter", "histogram")
CREATED = "_created"  # a time of the clock: of several the first
HELP, TYPE = "# HELP ", "# TYPE "


@dataclass(slots=True)
class _Family:
    """`head`: its first lines, up to the kind. `values`: by what stands before the value in a line.
    `is_live`: a worker has it that is there, and may have counted nothing yet."""

    head: list[str]
    name: str
    kind: str
    is_live: bool = False
    values: dict[str, float] = field(default_factory=dict)

    def add(self, sample: str, value: float, worker: int | None) -> None:
        """`worker` None: of one that is gone."""
        if self.name.endswith(CREATED):
            self.values[sample] = min(value, self.values.get(sample, value))
        elif self.kind in SUMMED:
            self.values[sample] = self.values.get(sample, 0.0) + value
        elif worker is not None:
            self.values[_of(worker, sample)] = value

    def lines(self) -> Iterator[str]:
        if self.values or self.is_live:
            yield from self.head
        for sample, value in self.values.items():
            yield f"{sample} {floatToGoString(value)}"  # type: ignore[no-untyped-call]  # the library has none


def merged(pages: Mapping[int, bytes], gone: Sequence[bytes]) -> bytes:
    """Counters and histograms are sums. Levels stay as each worker has them, by the label `worker`; those of
    workers that are gone do not count. `pages` by the workers' numbers."""
    families: dict[str, _Family] = {}
    for slot, page in [*pages.items(), *((None, page) for page in gone)]:
        _read(page.decode(), slot, families)
    return "".join(f"{line}\n" for each in families.values() for line in each.lines()).encode()


def _read(page: str, worker: int | None, families: dict[str, _Family]) -> None:
    head, family = list[str](), _Family([], "", "")
    for line in page.split("\n"):  # and at nothing else that may stand in a label
        if line.startswith(TYPE):
            name, _, kind = line.removeprefix(TYPE).partition(" ")
            family = families.setdefault(name, _Family([*head, line], name, kind))
            family.is_live = family.is_live or worker is not None
        elif line.startswith(HELP):
            head = [line]
        elif line:
            sample, _, value = line.rpartition(" ")
            family.add(sample, float(value), worker)


def _of(worker: int, sample: str) -> str:
    """With one label more."""
    if sample.endswith("}"):
        return f'{sample[:-1]},worker="{worker}"}}'
    return f'{sample}{{worker="{worker}"}}'
