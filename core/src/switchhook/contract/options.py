"""Reads tables of the configuration into models, with messages that help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from .errors import SettingsError
from .names import did_you_mean

M = TypeVar("M", bound=BaseModel)

SHORTEST = 0.5  # seconds that a time of the caller's silence may be set to
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
KINDS: Mapping[type, str] = {
    bool: "true or false",  # first: Python's are whole numbers too
    int: "a whole number",
    float: "a number with a fraction",
    str: "text",
    list: "a list",
    dict: "a table",
    date: "a date",
}


class Table(BaseModel):
    """The base of every settings model: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Choosing(Table):
    """A table that names a plugin in `use` and carries that plugin's own options beside it."""

    model_config = ConfigDict(extra="allow", frozen=True)
    use: str

    def table(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Options(Mapping[str, Any]):
    """A table as it was written, with the place it stands at, so that a plugin can read it into a model of
    its own: `settings = options.parse(MySettings)`. `variables`: the names of environment variables, by the
    place in the table that they have set."""

    def __init__(
        self,
        table: Mapping[str, Any],
        *,
        place: str,
        base: Path,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._table, self.place, self.base, self._variables = dict(table), place, base, variables

    def __getitem__(self, key: str) -> Any:
        return self._table[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def parse(self, model: type[M]) -> M:
        """Raises SettingsError that names table and key, and for an unknown key the nearest known one."""
        try:
            return model.model_validate(self._table, context={"base": self.base})
        except ValidationError as error:
            raise SettingsError("\n".join(self._describe(model, error))) from None

    def _describe(self, model: type[BaseModel], error: ValidationError) -> Iterator[str]:
        for item in error.errors(include_url=False):
            path = [str(part) for part in item["loc"]]
            where = ".".join([self.place, *path] if self.place else path) or "the configuration"
            unknown = item["type"] == "extra_forbidden"
            said = _unknown(model, path) if unknown else _said(item)
            yield f"{where}{self._origin(where, unknown)}: {said}"

    def _origin(self, where: str, unknown: bool) -> str:
        for place, name in self._variables.items():
            if f"{where}.".startswith(f"{place}.") or (unknown and place.startswith(f"{where}.")):
                return f" (environment variable {name})"
        return ""


def _said(item: ErrorDetails) -> str:
    """Of what came its kind alone: it may be a secret."""
    said = item["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    if not item["type"].endswith(("_type", "_parsing")):
        return said
    came = next((name for kind, name in KINDS.items() if isinstance(item["input"], kind)), "something else")
    return f"{said.partition(', unable')[0]}, got {came}"


def _unknown(model: type[BaseModel], path: list[str]) -> str:
    known = sorted(_keys_at(model, path[:-1]))
    return f"unknown key; {did_you_mean(path[-1], known, 'known keys')}"


def _keys_at(model: type[BaseModel], path: list[str]) -> list[str]:
    """The keys that a table at `path` may have, as far as the annotations tell."""
    parts = iter(path)
    for part in parts:
        annotation = field.annotation if (field := model.model_fields.get(part)) else None
        model = next(_models(annotation), model)
        if get_origin(annotation) is dict:
            next(parts, None)  # the name of a table is no key, though it may look like one
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


def located(value: object, info: ValidationInfo) -> object:
    """A path as it is written; a relative one is looked for beside the configuration file."""
    base = (info.context or {}).get("base")
    if not isinstance(value, str | Path):
        return value
    if "\0" in str(value):
        raise ValueError("expected a path, got one with the character 0")
    try:
        return (base or Path()) / Path(value).expanduser()
    except RuntimeError:
        raise ValueError("expected a path, got one in the home folder of a user that is not known") from None


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)", value)
    if not match:
        raise ValueError(f"expected a length of time such as '14m', '2.5s' or '300ms', got {value!r}")
    return float(match[1]) * UNITS[match[2]]


FilePath = Annotated[Path, BeforeValidator(located)]
"""A path; relative ones stand beside the configuration file."""

Seconds = Annotated[float, BeforeValidator(_seconds)]
"""A length of time: a number of seconds, or text such as "14m"."""
