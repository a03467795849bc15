"""What a record sink must hold."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from ...contract.records import CallRecord, TurnRecord
from ...contract.sinks import RecordSink, RecordStore
from .report import Report, Sentence, examine

ODD = "half \ud83d of a pair, \0, \u2028 and äöü"  # what JSON may hold, and many a store does not like

TAKES = Sentence("it takes records as they come", "calls would leave no record")
AGAIN = Sentence(
    "a record that it has already is taken too, alone and with new ones",
    "after a fault the same records come again, and those behind them would wait for ever",
)
ODD_TEXT = Sentence("any text that JSON may hold is taken", "one such record would become a dead letter")
ONCE = Sentence("each `record_id` is kept once", "a call would count twice")
WHOLE = Sentence("a store gives records back as they were put", "a record would tell less than happened")
ORDER = Sentence("the oldest come first, and `newest` gives the last of them", "lists would be of no use")
FOUND = Sentence("a record is found by each of its ids", "an operator would not find the call")
ERASED = Sentence(
    "what was erased is gone, its number is told, and the rest stays", "a person's data would be kept"
)
ANOTHER = Sentence("entered anew, a store has what it had", "a restart would lose every record")


async def check_record_sink(factory: Callable[[], RecordSink]) -> None:
    """`factory` makes a sink on the same empty store each time. Of one that is a RecordStore, also what it
    gives back is checked. Raises ContractBroken."""
    report = Report("RecordSink")
    records = [_record(number) for number in range(5)]
    await examine(report, factory, lambda sink: _puts(report, sink, records))
    await examine(report, factory, lambda sink: _comes_back(report, sink, records))
    report.close()


async def _puts(report: Report, sink: RecordSink, records: Sequence[Mapping[str, Any]]) -> None:
    with report.within(TAKES, "records to be taken, one and then several"):
        await sink.put(records[:1])
        await sink.put(records[1:3])
    with report.within(AGAIN, "the same records to be taken again"):
        await sink.put(records[:3])
        await sink.put(records[2:4])
    with report.within(ODD_TEXT, "a record with odd texts to be taken"):
        await sink.put(records[4:])


async def _comes_back(report: Report, sink: RecordSink, records: Sequence[Mapping[str, Any]]) -> None:
    if not isinstance(sink, RecordStore):
        return
    with report.within(ANOTHER, "records to be read"):
        await _reads(report, sink, records)
    with report.within(ERASED, "records to be erased"):
        wanted = records[0]["conversation_id"]
        report.hold(await sink.erase(wanted) == 1, ERASED, "one record to be erased", "another number")
        left = await _ids(sink)
        report.hold(left == _names(records[1:]), ERASED, "the others to stay", f"{len(left)} are there")
        report.hold(await sink.erase(wanted) == 0, ERASED, "none the second time", "another number")


async def _reads(report: Report, sink: RecordStore, records: Sequence[Mapping[str, Any]]) -> None:
    async with _closing(sink.records("", None)) as given:
        found = [each async for each in given]
    names = _names(found)
    report.hold(len(names) == len(set(names)), ONCE, "each once", f"{len(names)} of {len(set(names))}")
    report.hold(set(names) == set(_names(records)), ANOTHER, "all of them", f"{len(set(names))} of 5")
    changed = [each for each in records if each not in found]
    report.hold(not changed, WHOLE, "the same", f"{len(changed)} of 5 are not")
    report.hold(names == _names(records), ORDER, "them in the order in which calls ended", "another order")
    report.hold(await _ids(sink, newest=2) == _names(records[-2:]), ORDER, "the newest two", "others")
    for name in ("record_id", "id", "conversation_id"):
        one = await _ids(sink, records[1][name])
        report.hold(one == _names(records[1:2]), FOUND, f"one by its {name}", f"{len(one)}")


async def _ids(sink: RecordStore, wanted: str = "", newest: int | None = None) -> list[str]:
    async with _closing(sink.records(wanted, newest)) as given:
        return _names([each async for each in given])


@asynccontextmanager
async def _closing(
    given: AsyncIterator[Mapping[str, Any]],
) -> AsyncIterator[AsyncIterator[Mapping[str, Any]]]:
    try:
        yield given
    finally:
        close = getattr(given, "aclose", None)
        if close is not None:
            await close()


def _names(records: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(each.get("record_id")) for each in records]


def _record(number: int) -> dict[str, Any]:
    made = CallRecord(
        id=f"leg-{uuid4()}",
        connector="support",
        started=f"2026-03-01T12:00:{number:02d}.000+00:00",
        conversation_id=str(uuid4()),
        seconds=float(number),
        outcome="completed",
        reason=ODD if number == 4 else "",
        turns=[TurnRecord(1, "start", 0.0, said=["welcome"])],
        output_variables={"answer": "yes"},
    )
    table: dict[str, Any] = json.loads(made.line())
    return table
