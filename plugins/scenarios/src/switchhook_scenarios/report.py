"""What is shown of scenarios: a line each, the talk of one that went otherwise, JSON, JUnit's ET."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from switchhook import CallerAct, visible

from .form import Step
from .judging import Answer, Miss, Verdict, done
from .matching import otherwise

MOST = 150  # characters of what was heard otherwise: in noise a recogniser makes stories
HIDDEN = "•"  # in place of what is said in confidence


def title(verdict: Verdict) -> str:
    parts = [verdict.case.name, verdict.condition, f"run {verdict.run}" if verdict.run > 1 else ""]
    return ", ".join(part for part in parts if part)


def line(verdict: Verdict) -> str:
    turns = counted(len(verdict.placed.record.turns), "turn") if verdict.placed.record else ""
    return (
        f"{title(verdict):<60}  {turns:>9}  {verdict.placed.seconds:6.1f} s  {verdict.placed.ending}".rstrip()
    )


def counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def talk(verdict: Verdict) -> Iterator[str]:
    """Who said what; and what was expected, beside what was heard."""
    case = verdict.case
    planned = [step for step in case.steps if step.acts]
    acts: list[Step | CallerAct] = [*planned, *verdict.placed.acts[len(planned) :]]
    for number, answer in enumerate(verdict.answers):
        if number:
            yield f"caller    {done(acts[number - 1])}"
            yield from _misheard(acts[number - 1], answer)
        if answer.said:
            yield f"bot       {answer.said}"
        yield from _expected(verdict, number)
    ended = (
        f"{verdict.placed.ending}: {verdict.placed.detail}"
        if verdict.placed.detail
        else verdict.placed.ending
    )
    yield f"end       {ended}"
    yield from _expected(verdict, None)
    for fault in verdict.placed.record.faults if verdict.placed.record else ():
        yield f"fault     {fault['source']} {fault['hook']}: {fault['error']}"
    yield from (f"note      {note}" for note in verdict.notes)


def _misheard(step: Step | CallerAct, answer: Answer) -> Iterator[str]:
    """Of a bot whose record is there. What is said in confidence is not told."""
    if not step.say or answer.does is None or HIDDEN in answer.understood:
        return
    if not answer.understood:
        yield f'heard     nothing of "{step.say}"'
        return
    for said, heard in otherwise(step.say, answer.understood):
        shown = f'"{heard}"' if len(heard) <= MOST else f'"{heard[:MOST]} …"'
        if not said:
            yield f"heard     {shown}, which nobody said"
        else:
            yield f'heard     {shown if heard else "nothing"} for "{said}"'


def _expected(verdict: Verdict, answer: int | None) -> Iterator[str]:
    for miss in verdict.misses:
        if miss.answer == answer:
            yield f"EXPECTED  {miss.key}: {miss.expected}  (line {miss.line})"
            yield f"     GOT  {miss.got}"


# --- for machines


def matrix(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A line for each scenario, a column for each condition: how many of its calls went as expected."""
    columns = list(dict.fromkeys(verdict.condition for verdict in verdicts))
    rows = dict.fromkeys((str(verdict.case.file), verdict.case.name) for verdict in verdicts)
    width = min(60, max(len(name) for _, name in rows))
    yield " ".join(["".ljust(width), *(f"{column[:9]:>9}" for column in columns)])
    for file, name in rows:
        cells = []
        for column in columns:
            those = [
                v.ok for v in verdicts if (str(v.case.file), v.case.name, v.condition) == (file, name, column)
            ]
            cells.append(f"{f'{sum(those)}/{len(those)}' if those else '':>9}")
        yield " ".join([name[:width].ljust(width), *cells])


def summary(verdicts: Sequence[Verdict], form: str, seed: int) -> dict[str, Any]:
    failed = sum(not verdict.ok for verdict in verdicts)
    return {
        "form": form,
        "seed": seed,
        "passed": len(verdicts) - failed,
        "failed": failed,
        "scenarios": [_as_data(verdict) for verdict in verdicts],
    }


def _as_data(verdict: Verdict) -> dict[str, Any]:
    case, placed = verdict.case, verdict.placed
    return {
        "file": str(case.file),
        "line": case.line,
        "name": case.name,
        "run": verdict.run,
        "condition": verdict.condition,
        "ok": verdict.ok,
        "seconds": placed.seconds,
        "outcome": placed.ending,
        "detail": placed.detail,
        "misses": [_miss(miss) for miss in verdict.misses],
        "talk": list(talk(verdict)),
    }


def _miss(miss: Miss) -> dict[str, Any]:
    return {"key": miss.key, "expected": miss.expected, "got": miss.got, "line": miss.line}


def junit(verdicts: Sequence[Verdict], form: str) -> bytes:
    root = ET.Element("testsuites")
    for file in dict.fromkeys(str(verdict.case.file) for verdict in verdicts):
        those = [verdict for verdict in verdicts if str(verdict.case.file) == file]
        failed = sum(not verdict.ok for verdict in those)
        given = {"name": file, "tests": str(len(those)), "failures": str(failed), "errors": "0"}
        suite = ET.SubElement(root, "testsuite", given)
        for verdict in those:
            _testcase(suite, verdict, form)
    ET.indent(root)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _testcase(suite: ET.Element, verdict: Verdict, form: str) -> None:
    given = {
        "classname": ".".join(part for part in (verdict.case.file.stem, form, verdict.condition) if part),
        "name": visible(title(verdict)),
        "time": f"{verdict.placed.seconds:.3f}",
    }
    case = ET.SubElement(suite, "testcase", given)
    if not verdict.ok:
        first = verdict.misses[0]
        told = visible(f"{first.key}: expected {first.expected}, got {first.got}")
        failure = ET.SubElement(case, "failure", {"message": told, "type": first.key.partition(" ")[0]})
        failure.text = "\n".join(map(visible, talk(verdict)))
