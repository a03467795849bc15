"""What is measured: a figure is declared by whoever measures it, and shown by whoever listens to figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["count", "level", "seconds"]
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LABEL = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Figure:
    """`kind`: a count only rises, a level falls too; of both the change is told. Seconds are told one by one.
    `labels`: the names of those that it is told with; who says them is shown before anything was measured.
    Raises ValueError."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"the figure {self.name!r}: expected small letters, digits and _")
        if self.kind not in get_args(Kind):
            raise ValueError(f"the figure {self.name!r}: expected a kind of {', '.join(get_args(Kind))}")
        for label in self.labels or ():
            if not LABEL.fullmatch(label):
                raise ValueError(
                    f"the figure {self.name!r}, label {label!r}: expected small letters, digits and _"
                )
