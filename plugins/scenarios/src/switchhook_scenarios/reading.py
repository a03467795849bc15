"""A file of scenarios, read: fixtures and defaults are in them, and a table of cases is a scenario a row."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from pydantic import ValidationError

from switchhook import SettingsError, did_you_mean
from switchhook_toml_lines import Path, line_of, lines_of

from .conditions import Condition
from .form import Common, File, Scenario, Step, model_at
from .persona import Persona

_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")


@dataclass(frozen=True, slots=True)
class Case:
    """One call to be made. `lines` are those of its steps, in whichever part of the file they stand."""

    file: FilePath
    line: int
    name: str
    steps: tuple[Step, ...]
    lines: tuple[int, ...]
    expected: Common  # of the call as a whole
    config: FilePath | None = None
    connector: str | None = None
    conditions: Mapping[str, Condition] = field(default_factory=dict, compare=False)  # of the file's own
    caller: Persona | None = None  # who goes on after the steps
    judge: tuple[str, ...] = ()  # what a model is asked about the call
    model: Mapping[str, Any] | None = field(default=None, compare=False)
    acts: tuple[int, ...] = field(
        default=(), compare=False
    )  # the answer that a step looks at, 0 the greeting


class _Row(NamedTuple):
    """A scenario as it was written, with a row of its cases in it."""

    number: int  # of the scenario in the file
    table: Any
    name: str  # what tells it from the other rows


HOW = (
    "; a file of scenarios begins with [[scenario]], and switchhook replay RECORDING --scenario > FILE makes "
    "one of a recorded call"
)


def read(file: FilePath) -> list[Case]:
    """Raises SettingsError with file, line and key of everything that is wrong."""
    try:
        text = file.read_text("utf-8-sig").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        way = HOW if isinstance(error, FileNotFoundError) else ""
        raise SettingsError(f"cannot read {file}: {reason}{way}") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        line = found[1] if found else str(text.count("\n") + 1)
        said = str(error)[: found.start()] if found else str(error).removesuffix(" (at end of document)")
        raise SettingsError(f"{file}:{line}: not valid TOML: {said}") from None
    return _Reading(file, table, lines_of(text)).cases()


class _Reading:
    def __init__(self, file: FilePath, table: dict[str, Any], lines: dict[Path, int]) -> None:
        self._file, self._table, self._lines = file, table, lines
        self._wrong: dict[str, None] = {}  # in order, each once

    def cases(self) -> list[Case]:
        rows = list(self._rows())
        self._refuse()
        given = {**self._table, "scenario": [row.table for row in rows]} if rows else self._table
        try:
            read = File.model_validate(given, context={"base": self._file.parent})
        except ValidationError as error:
            for item in error.errors(include_url=False):
                self._invalid(rows, item)
            self._refuse()
            raise
        if not rows:
            self._complain(("scenario",), "expected at least one [[scenario]]")
        cases = [self._case(read, row, each) for row, each in zip(rows, read.scenario, strict=True)]
        self._refuse_twins(rows, cases)
        self._refuse()
        return cases

    # --- tables of cases

    def _rows(self) -> Iterator[_Row]:
        scenarios = self._table.get("scenario")
        for number, scenario in enumerate(scenarios if isinstance(scenarios, list) else ()):
            cases = scenario.get("cases") if isinstance(scenario, dict) else None
            if cases == []:
                self._complain(("scenario", number, "cases"), "expected at least one row")
            if not (isinstance(cases, list) and cases and all(isinstance(each, dict) for each in cases)):
                yield _Row(number, scenario, "")
                continue
            bare = {key: value for key, value in scenario.items() if key != "cases"}
            for row in cases:
                filled = {
                    key: self._filled(value, row, ("scenario", number, key)) for key, value in bare.items()
                }
                same = filled.get("name") == bare.get("name")
                yield _Row(number, filled, ", ".join(map(str, row.values())) if same else "")

    def _filled(self, value: Any, row: Mapping[str, Any], path: Path) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(inner, row, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(inner, row, (*path, number)) for number, inner in enumerate(value)]
        if not isinstance(value, str):
            return value
        for name in _PLACE.findall(value):
            if name not in row:
                self._complain(path, f"no case has {name!r} in this row; {did_you_mean(name, row)}")
        if (whole := _PLACE.fullmatch(value)) and whole[1] in row:
            return row[whole[1]]  # with its type
        return _PLACE.sub(lambda found: str(row.get(found[1], found[0])), value)

    # --- what is put together

    def _case(self, read: File, row: _Row, scenario: Scenario) -> Case:
        here: Path = ("scenario", row.number)
        parts: list[tuple[Common, Sequence[Step], Path]] = [(read.defaults, (), ("defaults",))]
        for number, name in enumerate(scenario.use):
            if name not in read.fixtures:
                hint = did_you_mean(name, sorted(read.fixtures))
                self._complain((*here, "use", number), f"there is no fixture {name!r}; {hint}")
                continue
            fixture = read.fixtures[name]
            parts.append((fixture, fixture.steps, ("fixtures", name)))
        parts.append((scenario, scenario.steps, here))
        steps = [step for _, each, _ in parts for step in each]
        lines = [
            line_of((*path, "steps", n), self._lines) for _, each, path in parts for n in range(len(each))
        ]
        if not steps and scenario.caller is None:
            self._complain(here, "no step: say what the caller does, or what is heard")
        by_model = scenario.judge or (scenario.caller is not None and scenario.caller.persona)
        if by_model and not isinstance((read.model or {}).get("use"), str):
            self._complain(here, 'a model plays or judges: expected [model] with use = "openai" or another')
        name = f"{scenario.name} [{row.name}]" if row.name else scenario.name
        return Case(
            self._file,
            line_of(here, self._lines),
            name,
            tuple(steps),
            tuple(lines),
            _together([part for part, _, _ in parts]),
            read.config,
            read.connector,
            read.conditions,
            scenario.caller,
            tuple(scenario.judge),
            read.model,
            tuple(_answers(steps)),
        )

    def _refuse_twins(self, rows: Sequence[_Row], cases: Sequence[Case]) -> None:
        seen: dict[str, Case] = {}
        for row, case in zip(rows, cases, strict=True):
            if (other := seen.setdefault(case.name, case)) is not case:
                said = f"there is a scenario {case.name!r} in line {other.line} already: name it otherwise"
                self._complain(("scenario", row.number, "name"), said)

    # --- what is wrong

    def _invalid(self, rows: Sequence[_Row], item: Any) -> None:
        path = tuple(item["loc"])
        if path[:1] == ("scenario",) and len(path) > 1:
            path = ("scenario", rows[path[1]].number, *path[2:])
        self._complain(path, _said(path, item))

    def _complain(self, path: Path, said: str) -> None:
        where = f"{self._file}:{line_of(path, self._lines)}"
        self._wrong[f"{where}: {_spelt(path, self._table)}: {said}"] = None

    def _refuse(self) -> None:
        if self._wrong:
            raise SettingsError("\n".join(self._wrong))


def _said(path: Path, item: Any) -> str:
    match item["type"]:
        case "extra_forbidden":
            known = sorted(model_at(path[:-1]).model_fields)
            return f"unknown key; {did_you_mean(str(path[-1]), known, 'known keys')}"
        case "missing":
            return "expected, and not there"
        case "value_error":
            return str(item["msg"]).removeprefix("Value error, ")
        case "string_pattern_mismatch":
            return f"expected keys out of 0-9 * # A-D, got {item['input']!r:.60}"
        case _:
            wanted = re.sub("^(Input|String) should (be|have)( a valid)?", "expected", str(item["msg"]))
            wanted = re.sub(r"dictionary( or instance of \w+)?", "table", wanted)
            return f"{wanted}, got {item['input']!r:.60}"


def _spelt(path: Path, table: Mapping[str, Any]) -> str:
    """As a person would say it: scenario 'balance', step 2, hear."""
    match path:
        case ("scenario", int(number), *rest):
            name = table["scenario"][number]
            name = name.get("name") if isinstance(name, dict) else None
            parts = [f"scenario {name!r:.80}" if isinstance(name, str) else f"scenario {number + 1}"]
        case ("conditions", str(name), *rest):
            parts = [f"condition {name!r:.80}"]
        case ("fixtures", str(name), *rest):
            parts = [f"fixture {name!r:.80}"]
        case _:
            parts, rest = [], list(path)
    if rest[:1] == ["steps"] and len(rest) > 1:
        parts.append(f"step {int(rest[1]) + 1}")
        rest = rest[2:]
    return ", ".join([*parts, *(".".join(map(str, each)) for each in [rest] if each)])


def _together(parts: Sequence[Common]) -> Common:
    """The last one that says something wins; tables and lists are put together."""
    made: dict[str, Any] = {}
    for part in parts:
        for name in part.model_fields_set & Common.model_fields.keys():
            value, before = getattr(part, name), made.get(name)
            if isinstance(value, dict) and isinstance(before, dict):
                value = {**before, **value}
            elif isinstance(value, list) and isinstance(before, list):
                value = [*before, *value]
            made[name] = value
    return Common.model_construct(**made)


def _answers(steps: Sequence[Step]) -> Iterator[int]:
    acts = 0
    for step in steps:
        acts += step.acts
        yield acts
