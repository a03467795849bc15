"""A call's record as a story: what happened, when, and how long each stage took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...contract.visible import visible

STAGES = ("recognition", "assistant", "synthesis", "total")
LONGEST = 2_000  # characters of one text
LARGEST = 1e15  # of numbers
HIDDEN = "•"


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
    turns = {str(turn.get("number")): _number(turn.get("at")) for turn in _tables(record.get("turns"))}
    for each in _tables(record.get("not_performed")):
        said = f"{each.get('type')} was not performed: {each.get('problem')}"
        said = str(each.get("problem")) if each.get("type") == "remark" else said
        told.append(Happening(turns.get(str(each.get("turn")), 0.0), "call", said))
    told.sort(key=lambda each: each.at)
    told.append(Happening(_number(record.get("seconds")), "call", _end(record)))
    return [Happening(each.at, each.who, visible(each.text[:LONGEST])) for each in told]


def line(record: Mapping[str, Any]) -> str:
    """The call in a line, for a list."""
    known, connector, outcome = (
        record.get(name) or "" for name in ("conversation_id", "connector", "outcome")
    )
    told = f"{str(record.get('started', ''))[:19]}  {known or record.get('id', '')}  {connector}  {outcome}"
    turns = _counted(len(_tables(record.get("turns"))), "turn")
    return visible(f"{told}  {_number(record.get('seconds')):.1f} s  {turns}")


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """The story for a terminal."""
    ids = " ".join(
        f"{name} {record[name]}" for name in ("conversation_id", "id", "record_id") if record.get(name)
    )
    yield visible(f"{record.get('started', '')}  {record.get('connector', '')}  {ids}")
    told = story(record)
    for each in told:
        yield f"{each.at:9.2f}  {each.who:8}{each.text}"
    yield f"           {'':8}{', '.join(sums(record))}"
    if any(HIDDEN in each.text for each in told):
        yield f"           {'':8}what {HIDDEN} stands for was not kept: `unmask` of a connector says what is"


def sums(record: Mapping[str, Any]) -> Iterator[str]:
    """What the call came to, in a few words each."""
    yield _counted(len(_tables(record.get("turns"))), "turn")
    for name, word in (("barge_ins", "barge-in"), ("failovers", "failover"), ("pauses", "pause")):
        if count := _number(record.get(name)):
            yield _counted(count, word)
    seconds = (_number(record.get(name)) for name in ("caller_audio", "recognized", "prompt_audio"))
    yield "{:.1f} s of the caller, {:.1f} s recognized, {:.1f} s heard".format(*seconds)
    yield f"{_number(record.get('synthesized')):.0f} characters spoken"
    for kind, count in _table(record.get("usage")).items():
        yield visible(f"{kind} {count}")


def _of_turn(turn: Mapping[str, Any]) -> Iterator[Happening]:
    at = _number(turn.get("at"))
    if barge_in := _table(turn.get("barge_in")):
        heard = _number(barge_in.get("heard"))
        yield Happening(
            _number(barge_in.get("at")), "caller", f"interrupts after {heard:.2f} s of the prompt"
        )
    kind, text = turn.get("kind"), turn.get("text")
    who = "caller" if kind in ("speech", "digits") else "call"
    confidence = f" (confidence {turn['confidence']})" if turn.get("confidence") is not None else ""
    yield Happening(at, who, f"turn {turn.get('number')} {kind}{f': {text}' if text else ''}{confidence}")
    stages, said = _table(turn.get("latency")), turn.get("said")
    answered = at + _number(stages.get("assistant"))
    for each in said if isinstance(said, list) else ():
        yield Happening(answered, "bot", str(each))
    if latency := _latency(stages):
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


def _table(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _number(given: object) -> float:
    """What is none counts as 0: records may come from anywhere."""
    return float(given) if isinstance(given, int | float) and abs(given) < LARGEST else 0.0


def _counted(count: float, word: str) -> str:
    return f"{count:.0f} {word}{'' if count == 1 else 's'}"
