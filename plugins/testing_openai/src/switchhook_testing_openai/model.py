"""What a model is asked and answers, as a test writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Called:
    """A tool that the model wants run; `arguments` may be text, for a model that writes no JSON."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)

    @property
    def written(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(dict(self.arguments))


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` comes a word at a time; a number among its parts is a pause in seconds. `finish`: why it ended,
    where that is not what it seems to be. `billed`: whether it says what it cost."""

    text: str | Sequence[str | float] = ""
    calls: Sequence[Called] = ()
    refusal: str = ""
    finish: str = ""
    billed: bool = True

    @property
    def parts(self) -> Iterator[str | float]:
        for part in (self.text,) if isinstance(self.text, str) else self.text:
            yield from re.findall(r"\s*\S+\s*$|\s*\S+", part) if isinstance(part, str) else (part,)

    @property
    def whole(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def reason(self) -> str:
        return self.finish or ("tool_calls" if self.calls else "stop")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its body, and what stood in its headers and address."""

    body: Json
    headers: Mapping[str, str]
    path: str
    query: Mapping[str, str]

    @property
    def messages(self) -> list[Json]:
        return list(self.body["messages"])

    @property
    def last(self) -> Json:
        return self.messages[-1]

    @property
    def tools(self) -> dict[str, Json]:
        """Their schemas, by their names."""
        return {each["function"]["name"]: each["function"] for each in self.body.get("tools", ())}

    def said(self, role: str) -> str:
        """Everything that messages of that role say."""
        return "\n".join(str(each.get("content") or "") for each in self.messages if each["role"] == role)


Model = Callable[[Asked], "Answer | str"]
