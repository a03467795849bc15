"""A call's record as a story: what happened, when, and how long each stage took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...contract.visible import visible

STAGES = ("recognition", "assistant", "synthesis", "total")
LONGEST = 2_000  # characters of one text


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `at`: seconds since the call began. `who`: caller, bot, or call."""

    at: float
    who: str
    text: str


def story(record: Mapping[str, Any]) -> list[Happening]:
    """In the order of time. Whatever a record of an older version lacks is left out."""
    told = [Happening(0.0, "call", f"to {record.get('connector', '')} began")]
    for turn in _tables(record.get("turns")):
        told += _of_turn(turn)
    told += [
        Happening(_number(each.get("at")), "call", _fault(each)) for each in _tables(record.get("faults"))
    ]
    turns = {turn.get("number"): _number(turn.get("at")) for turn in _tables(record.get("turns"))}
    for each in _tables(record.get("not_performed")):
        said = f"{each.get('type')} was not performed: {each.get('problem')}"
        said = str(each.get("problem")) if each.get("type") == "remark" else said
        told.append(Happening(turns.get(each.get("turn"), 0.0), "call", said))
    told.sort(key=lambda each: each.at)
    told.append(Happening(_number(record.get("seconds")), "call", _end(record)))
    return [Happening(each.at, each.who, visible(each.text[:LONGEST])) for each in told]


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """The story for a terminal."""
    ids = " ".join(
        f"{name} {record[name]}" for name in ("conversation_id", "id", "record_id") if record.get(name)
    )
    yield visible(f"{record.get('started', '')}  {record.get('connector', '')}  {ids}")
    for each in story(record):
        yield f"{each.at:9.2f}  {each.who:8}{each.text}"
    yield f"           {'':8}{', '.join(sums(record))}"


def sums(record: Mapping[str, Any]) -> Iterator[str]:
    """What the call came to, in a few words each."""
    yield f"{len(_tables(record.get('turns')))} turns"
    for name, word in (("barge_ins", "barge-ins"), ("failovers", "failovers"), ("pauses", "pauses")):
        if record.get(name):
            yield f"{record[name]} {word}"
    seconds = (_number(record.get(name)) for name in ("caller_audio", "recognized", "prompt_audio"))
    yield "{:.1f} s of the caller, {:.1f} s recognized, {:.1f} s heard".format(*seconds)
    yield f"{record.get('synthesized', 0)} characters spoken"
    for kind, count in (record.get("usage") or {}).items():
        yield visible(f"{kind} {count}")


def _of_turn(turn: Mapping[str, Any]) -> Iterator[Happening]:
    at = _number(turn.get("at"))
    if barge_in := turn.get("barge_in"):
        heard = _number(barge_in.get("heard"))
        yield Happening(
            _number(barge_in.get("at")), "caller", f"interrupts after {heard:.2f} s of the prompt"
        )
    kind, text = turn.get("kind"), turn.get("text")
    who = "caller" if kind in ("speech", "digits") else "call"
    confidence = f" (confidence {turn['confidence']})" if turn.get("confidence") is not None else ""
    yield Happening(at, who, f"turn {turn.get('number')} {kind}{f': {text}' if text else ''}{confidence}")
    answered = at + _number((turn.get("latency") or {}).get("assistant"))
    for said in turn.get("said") or ():
        yield Happening(answered, "bot", str(said))
    if latency := _latency(turn.get("latency") or {}):
        yield Happening(answered, "call", latency)


def _latency(latency: Mapping[str, Any]) -> str:
    return ", ".join(f"{stage} {_number(latency[stage]):.2f} s" for stage in STAGES if stage in latency)


def _fault(fault: Mapping[str, Any]) -> str:
    engine = f" ({fault['engine']})" if fault.get("engine") else ""
    line = f" at {fault['line']}" if fault.get("line") else ""
    return f"fault of {fault.get('source')}, {fault.get('hook')}{engine}: {fault.get('error')}{line}"


def _end(record: Mapping[str, Any]) -> str:
    reason = f": {record['reason']}" if record.get("reason") else ""
    return f"ended, {record.get('outcome')}{reason} (the leg: {record.get('closed') or 'not known'})"


def _tables(given: object) -> Sequence[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def _number(given: object) -> float:
    return float(given) if isinstance(given, int | float) else 0.0
