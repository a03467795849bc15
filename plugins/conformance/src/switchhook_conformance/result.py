"""What came of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .case import Case

State = Literal["passed", "failed", "not run"]


@dataclass(frozen=True, slots=True)
class Result:
    """`why`: expected and got, or what the case lacks. `killed`: the server did not answer after it."""

    case: Case
    state: State
    why: str = ""
    seconds: float = 0.0
    killed: bool = False
