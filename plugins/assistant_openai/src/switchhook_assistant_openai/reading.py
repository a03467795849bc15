"""An answer as it arrives: words, calls of tools, why it ended, what it cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

from switchhook_chat import Answer, CalledTool, Json, json_object, said_in
from switchhook_http import HttpError, object_at

from .errors import OpenAIError

ENDS: dict[str, Literal["cut", "filter"]] = {"length": "cut", "content_filter": "filter"}


class Reading:
    """Notes in `answer` all of it but the words."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self._strange = answer, ""
        self._places: dict[int, int] = {}  # of calls in the answer, by their index

    def take(self, data: str) -> str:
        """The words of an event, or of an answer that is not streamed. Raises OpenAIError and HttpError."""
        self._answer.done = self._answer.done or data.strip() == "[DONE]"
        if self._answer.done:
            return ""
        event = json_object(data)
        if event.get("error"):
            message, code = said_in(data)
            raise OpenAIError("content filter" if "content_filter" in code else "failed", message)
        if isinstance(usage := event.get("usage"), dict):
            self._answer.cost(usage.get("prompt_tokens"), usage.get("completion_tokens"))
        if "choices" not in event and "usage" not in event:
            self._strange = ", ".join(map(str, event))
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        return self._choose(choice) if isinstance(choice, dict) else ""

    def finish(self) -> None:
        """Raises HttpError where all that came is of another form."""
        if self._strange and not self._answer.end:
            raise HttpError("garbage", f"expected `choices`, got {self._strange:.60}")

    def _choose(self, choice: Json) -> str:
        said = object_at(choice, "delta") or object_at(choice, "message")
        finish = str(choice.get("finish_reason") or "")
        if said.get("refusal"):
            self._answer.end = "refusal"
        elif finish and self._answer.end != "refusal":
            self._answer.end = ENDS.get(finish, "whole")
        calls, content = said.get("tool_calls"), said.get("content")
        for each in calls if isinstance(calls, list) else ():
            if isinstance(each, dict):
                self._call(each)
        return content if isinstance(content, str) else "".join(_texts(content))

    def _call(self, piece: Json) -> None:
        function = object_at(piece, "function")
        arguments = function.get("arguments")
        written = arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""
        called = CalledTool(str(piece.get("id") or ""), str(function.get("name") or ""), written)
        self._answer.called(self._place(piece.get("index"), called), called)

    def _place(self, index: object, called: CalledTool) -> int:
        """Some services count from another number than 0, as what was said before counts too. Some leave the
        index out: then a name begins another call."""
        calls = self._answer.calls
        if isinstance(index, int):
            return self._places.setdefault(index, len(calls))
        begins = called.name and not (calls and called.id and called.id[:100] == calls[-1].id)
        return len(calls) if begins or not calls else len(calls) - 1


def _texts(content: object) -> Iterator[str]:
    """Of an answer in parts, as models have it that show their thoughts: those parts are of another type."""
    for part in content if isinstance(content, list) else ():
        if (
            isinstance(part, dict)
            and part.get("type") == "text"
            and isinstance(text := part.get("text"), str)
        ):
            yield text
