"""The caller's turns as they stand on the command line, in their order."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["say", "wav", "dtmf"]


@dataclass(frozen=True, slots=True)
class Item:
    kind: Kind
    value: str
    interrupt: bool = False

    @property
    def path(self) -> Path:
        return Path(self.value)


@dataclass(frozen=True, slots=True)
class Script:
    items: tuple[Item, ...] = ()
    interrupting: bool = False  # `--interrupt` waits for its item

    def add(self, option: str, value: str) -> Script:
        """Raises ValueError."""
        if option == "interrupt":
            return Script(self.items, interrupting=True)
        if option == "say":
            return self._with(Item("say", value.strip(), self.interrupting))
        if option == "wav":
            return self._with(Item("wav", value, self.interrupting))
        return self._with(Item("dtmf", value.upper(), self.interrupting))

    def _with(self, item: Item) -> Script:
        if item.kind == "dtmf" and not re.fullmatch(r"[0-9*#A-D]+", item.value):
            raise ValueError("expected keys out of 0-9 * # A-D")
        if not item.value:
            raise ValueError("expected a text to say" if item.kind == "say" else "expected a file")
        return Script((*self.items, item))


class AddTurn(argparse.Action):
    """Keeps the order of different options, which argparse does not."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        script: Script = namespace.script
        try:
            namespace.script = script.add(self.dest, values if isinstance(values, str) else "")
        except ValueError as error:
            parser.error(f"argument {option_string}: {error}")
