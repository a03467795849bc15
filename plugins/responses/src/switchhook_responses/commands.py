"""What several response types, and the older vgw commands, have in common: parameters and their faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from switchhook import Remark, Strategy

M = TypeVar("M", bound=BaseModel)
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


@dataclass(frozen=True, slots=True)
class Command:
    """One of the older commands, which lie in `user_defined`."""

    name: str
    given: Mapping[str, Any]


def commands_of(user_defined: Mapping[str, Any]) -> list[Command]:
    one, several = user_defined.get("vgwAction"), user_defined.get("vgwActionSequence")
    found: list[Command] = []
    for each in (one, *(several if isinstance(several, list) else [])):
        if isinstance(each, Mapping) and isinstance(name := each.get("command"), str):
            given = each.get("parameters")
            found.append(Command(name, given if isinstance(given, Mapping) else {}))
    return found


class CommandParameters(BaseModel):
    """Numbers and switches may be texts: `"4"`, `"true"`. Unknown fields are passed over, and a field that is
    null is one that is not there."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        return (
            {key: each for key, each in given.items() if each is not None} if type(given) is dict else given
        )


def read(model: type[M], parameters: Mapping[str, Any], what: str) -> M | Remark:
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        return _remark(what, error.errors(include_input=False, include_url=False)[0])


def read_fitting(
    model: type[M], parameters: Mapping[str, Any], what: str
) -> tuple[M | None, dict[str, Remark]]:
    """What is left of it without the fields that do not fit, and a remark on each of these; the one under ""
    is on all of it. None: nothing is left that makes sense."""
    given, remarks = dict(parameters), dict[str, Remark]()
    while True:
        try:
            return model.model_validate(given), remarks
        except ValidationError as error:
            for each in error.errors(include_input=False, include_url=False):
                name = str(each["loc"][0]) if each["loc"] else ""
                remarks[name] = _remark(what, each)
                if name not in given:
                    return None, remarks
            given = {name: value for name, value in given.items() if name not in remarks}


def _remark(what: str, error: ErrorDetails) -> Remark:
    where = ".".join(str(part) for part in error["loc"])
    return Remark(f"{what}: {where}: {error['msg']}" if where else f"{what}: {error['msg']}")


def strategy_of(parameters: Mapping[str, Any]) -> Strategy:
    """The strategy that is named; `replace` if there is none, or an unknown one."""
    named = str(parameters.get("update_strategy", "")).lower()
    return next((each for each in STRATEGIES if each == named), "replace")


def is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "yes"))
