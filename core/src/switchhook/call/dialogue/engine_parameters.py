"""The parameters that an engine was given during a call, for good or for a turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...contract.actions import Strategy


@dataclass(slots=True)
class EngineParameters:
    _lasting: Mapping[str, Any] = field(default_factory=dict)
    _once: Mapping[str, Any] | None = None
    _set_in: int = 0  # the turn whose reply has set `_once`
    _used: bool = False  # since then

    @property
    def current(self) -> Mapping[str, Any]:
        return self._lasting if self._once is None else self._once

    def use(self) -> Mapping[str, Any]:
        """The parameters of what is spoken now."""
        self._used = True
        return self.current

    def configure(self, parameters: Mapping[str, Any], strategy: Strategy, turn: int) -> None:
        """Parameters for one turn are merged with those that last, not with those of the turn before."""
        made = _merged(self._lasting, parameters) if strategy.startswith("merge") else dict(parameters)
        if strategy.endswith("_once"):
            self._once, self._set_in, self._used = made, turn, False
        else:
            self._lasting, self._once = made, None

    def forget(self) -> None:
        """The call goes on in another language, whose engines have other parameters."""
        self._lasting, self._once = {}, None

    def end_turn(self, turn: int) -> bool:
        """Turn `turn` is sent, so what was set for the one before is dropped. Says whether that changes
        anything."""
        return self._revert() if turn > self._set_in else False

    def end_reply(self, turn: int) -> None:
        """The reply to `turn` is read. What it has set behind its last text is kept for the next one."""
        if self._used or turn > self._set_in:
            self._revert()

    def _revert(self) -> bool:
        changed, self._once = self._once is not None and self._once != self._lasting, None
        return changed


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(old)
    for name, value in new.items():
        before = made.get(name)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        made[name] = _merged(before, value) if both else value  # type: ignore[arg-type]  # both are mappings
    return made
