"""What a plugin for one vendor's models provides."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import ModelError
from .messages import Answer, Message


@dataclass(frozen=True, slots=True)
class ToolForm:
    """`parameters`: JSON Schema of an object."""

    name: str
    about: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """`messages`: never two of the caller in a row. `last`: the model has to answer, and may call no tool."""

    instructions: str
    messages: Sequence[Message]
    tools: Sequence[ToolForm]
    last: bool


class Model(Protocol):
    """Made at start-up, and shared by all calls. `error`: what its service's failures are raised as."""

    @property
    def error(self) -> type[ModelError]: ...

    def ask(self, question: Question, answer: Answer, /) -> AsyncGenerator[str]:
        """The words of the answer as they arrive, and an empty text for whatever else goes on; what is no
        word is noted in `answer`. Closing it cancels the request. Raises ModelError and HttpError."""

    async def warm(self) -> None:
        """Has a connection ready. Raises ModelError and HttpError."""

    async def aclose(self) -> None: ...
