"""What came of it, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from switchhook import visible

from .case import Kind
from .result import Result, State

KINDS = get_args(Kind)
STATES = get_args(State)


def line(result: Result) -> str:
    """One case as it ends."""
    why = f"  ({visible(result.why)})" if result.state == "not run" else ""
    return f"{result.case.id}  {result.state:8} {result.seconds:6.2f} s  {result.case.rule}{why}"


def table(results: Sequence[Result]) -> str:
    return "\n".join(_table(results))


def _table(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result.state == "failed":
            yield f"\n{result.case.id} failed: {result.case.rule}"
            yield f"    {visible(result.why, lines=True)}"
            yield f"    source: {result.case.source}"
    for result in results:
        if result.killed:
            yield f"\nafter {result.case.id} the server did not answer: {_behind(results, result)}"
    yield "\nkind        passed  failed  not run"
    counts = Counter((result.case.kind, result.state) for result in results)
    for kind in KINDS:
        yield f"{kind:10}" + "".join(f"{counts[kind, state]:8}" for state in STATES)


def _behind(results: Sequence[Result], killer: Result) -> str:
    left = [result for result in results if result.why.endswith(f"not answered since {killer.case.id}")]
    return f"the {len(left)} cases behind it were not run" if left else "it answered again later"


def as_json(results: Sequence[Result], url: str) -> str:
    cases = [
        {
            "id": result.case.id,
            "state": result.state,
            "kind": result.case.kind,
            "rule": result.case.rule,
            "source": result.case.source,
            "why": result.why,
            "seconds": result.seconds,
        }
        for result in results
    ]
    counts = Counter(result.state for result in results)
    totals = {state: counts[state] for state in STATES}
    killers = [result.case.id for result in results if result.killed]
    card = {"schema": 1, "url": url, "totals": totals, "killed_by": killers, "cases": cases}
    return json.dumps(card, indent=2) + "\n"
