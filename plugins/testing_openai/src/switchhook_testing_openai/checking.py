"""What the service takes, and how it says that it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .model import Json

ROLES = ("system", "developer", "user", "assistant", "tool")


class Refusal(Exception):  # noqa: N818  # it is an answer, no failure
    def __init__(
        self, status: int, message: str, code: str = "", kind: str = "invalid_request_error"
    ) -> None:
        super().__init__(message)
        self.status, self.body = status, error(message, code, kind)


def error(message: str, code: str = "", kind: str = "invalid_request_error") -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": code or None}}


def checked(body: Any) -> Json:
    """Raises Refusal."""
    if not isinstance(body, dict):
        raise Refusal(400, "We could not parse the JSON body of your request.")
    if not isinstance(body.get("model"), str):
        raise Refusal(400, "you must provide a model parameter")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "[] is too short - 'messages'", "empty_array")
    for why in (*_wrong_messages(messages), *_wrong_tools(body)):
        raise Refusal(400, why)
    return body


def _wrong_messages(messages: list[Any]) -> Iterator[str]:
    """Every call of a tool has to be answered before anything else is said, and nothing else be answered."""
    due: list[str] = []
    for number, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ROLES:
            yield f"Invalid value: messages[{number}].role"
            return
        if role == "tool":
            if message.get("tool_call_id") not in due:
                yield f"messages[{number}]: 'tool' must be a response to a message with 'tool_calls'"
                return
            due.remove(message["tool_call_id"])
        elif due:
            yield f"'tool_calls' must be followed by tool messages; missing: {', '.join(due)}"
            return
        calls = message.get("tool_calls") or []
        due += [each["id"] for each in calls]
        if not isinstance(message.get("content"), str) and not calls:
            yield f"Invalid value for 'content': expected a string, got null - messages[{number}]"
    if due:
        yield f"'tool_calls' must be followed by tool messages; missing: {', '.join(due)}"


def _wrong_tools(body: Json) -> Iterator[str]:
    if not body.get("tools"):
        if "tools" in body:
            yield "[] is too short - 'tools'"
        if "tool_choice" in body:
            yield "'tool_choice' is only allowed when 'tools' are specified"
    for number, tool in enumerate(body.get("tools") or ()):
        function = tool.get("function") or {}
        if tool.get("type") != "function" or not re.fullmatch(
            r"[a-zA-Z0-9_-]{1,64}", function.get("name", "")
        ):
            yield f"Invalid 'tools[{number}].function.name'"
        elif (function.get("parameters") or {}).get("type") != "object":
            yield f"Invalid schema for function '{function['name']}': schema must be of type 'object'"
