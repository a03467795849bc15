"""An answer as it arrives: words, calls of tools, why it ended, what it cost."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from switchhook_http import Events, Reply

from .errors import ModelError, said_in

Json = dict[str, Any]

BODY = 2 * 1024 * 1024  # bytes of one answer
CALLS, ARGUMENTS = 20, 20_000  # of tools in it, and characters of all their arguments
USED = ("prompt_tokens", "completion_tokens")


@dataclass
class CalledTool:
    id: str = ""
    name: str = ""
    arguments: str = ""

    def mend(self) -> None:
        """So that it can be told the service again: some refuse what their own model has written."""
        self.id = self.id or f"call_{uuid4().hex[:12]}"
        try:
            self.arguments = self.arguments if isinstance(json.loads(self.arguments), dict) else "{}"
        except (ValueError, RecursionError):
            self.arguments = "{}"


@dataclass
class ModelAnswer:
    """What has come until now."""

    calls: list[CalledTool] = field(default_factory=list)
    finish: str = ""
    done: bool = False  # nothing more is to come, though the stream may not have ended yet
    refused: bool = False
    usage: dict[str, int] = field(default_factory=dict)

    async def read(self, reply: Reply) -> AsyncGenerator[str]:
        """Its words, and an empty text for anything else that goes on. Raises ModelError and HttpError."""
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":  # a service that does not stream
            yield self._take((await reply.read(BODY)).decode("utf-8", "replace"))
        elif kind != "text/event-stream":
            raise ModelError("garbage", f"expected text/event-stream, got {kind}")
        else:
            async with aclosing(reply.parts(Events(), BODY)) as events:
                async for data in events:
                    self.done = self.done or data.strip() == "[DONE]"
                    yield "" if self.done else self._take(data)
        if not self.finish and not self.done:
            raise ModelError("broken", "the answer has no end")

    def _take(self, data: str) -> str:
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            raise ModelError("garbage", "expected JSON") from None
        if not isinstance(event, dict):
            raise ModelError("garbage", "expected an object")
        if event.get("error"):
            message, code = said_in(data.encode())
            raise ModelError("content filter" if "content_filter" in code else "failed", message)
        self._bill(event.get("usage"))
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        self.finish = str(choice.get("finish_reason") or "") or self.finish
        said = choice.get("delta") or choice.get("message")
        return self._said(said) if isinstance(said, dict) else ""

    def _said(self, said: Json) -> str:
        self.refused = self.refused or bool(said.get("refusal"))
        calls, content = said.get("tool_calls"), said.get("content")
        for number, each in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(each, dict):
                self._call(each, each.get("index", number))
        return content if isinstance(content, str) else ""

    def _call(self, piece: Json, index: object) -> None:
        """Some services leave the index out and send each call whole."""
        function = piece.get("function")
        function = function if isinstance(function, dict) else {}
        at = index if isinstance(index, int) and 0 <= index <= len(self.calls) else len(self.calls)
        if at == len(self.calls):
            self.calls.append(CalledTool())
        call = self.calls[at]
        call.id = call.id or str(piece.get("id") or "")[:100]
        call.name = call.name or str(function.get("name") or "")[:64]
        arguments = function.get("arguments")
        call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        if len(self.calls) > CALLS or sum(len(each.arguments) for each in self.calls) > ARGUMENTS:
            raise ModelError("garbage", f"more than {CALLS} calls of tools or {ARGUMENTS} characters in them")

    def _bill(self, usage: object) -> None:
        told = usage if isinstance(usage, dict) else {}
        counts = {name: told.get(name) for name in USED}
        self.usage |= {name: max(0, count) for name, count in counts.items() if isinstance(count, int)}
