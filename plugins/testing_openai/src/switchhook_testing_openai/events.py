"""An answer as the service writes it: whole, or as the events of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

from .model import Answer, Asked, Json

PIECE = 7  # characters of arguments in one event
SOME_TIME = 1_700_000_000


def usage(asked: Asked, answer: Answer) -> Json:
    """A word counts as a token."""
    read = sum(len(str(each.get("content") or "").split()) for each in asked.messages)
    written = len(answer.whole.split()) + sum(len(call.written.split()) for call in answer.calls)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def whole(asked: Asked, answer: Answer) -> Json:
    message: Json = {"role": "assistant", "content": answer.whole or None, "refusal": answer.refusal or None}
    if answer.calls:
        message["tool_calls"] = [
            {"id": f"call_{uuid4().hex[:12]}", "type": "function"}
            | {"function": {"name": call.name, "arguments": call.written}}
            for call in answer.calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": answer.reason, "logprobs": None}
    return {**_head(asked, "chat.completion"), "choices": [choice], "usage": usage(asked, answer)}


def stream(asked: Asked, answer: Answer) -> Iterator[bytes | float]:
    """Events, and pauses in seconds."""
    head = _head(asked, "chat.completion.chunk")
    for delta in _deltas(answer):
        yield delta if isinstance(delta, float | int) else _event(head, delta)
    yield _event(head, {}, answer.reason)
    if answer.billed and (asked.body.get("stream_options") or {}).get("include_usage"):
        yield event({**head, "choices": [], "usage": usage(asked, answer)})
    yield b"data: [DONE]\n\n"


def _deltas(answer: Answer) -> Iterator[Json | float]:
    yield {"role": "assistant", "content": "", "refusal": None}
    for part in answer.parts:
        yield {"content": part} if isinstance(part, str) else part
    if answer.refusal:
        yield {"refusal": answer.refusal}
    for number, call in enumerate(answer.calls):
        named = {"name": call.name, "arguments": ""}
        yield {
            "tool_calls": [
                {"index": number, "id": f"call_{uuid4().hex[:12]}", "type": "function", "function": named}
            ]
        }
        for start in range(0, len(call.written), PIECE):
            piece = {"arguments": call.written[start : start + PIECE]}
            yield {"tool_calls": [{"index": number, "function": piece}]}


def ended(asked: Asked, reason: str) -> bytes:
    """The event that ends an answer."""
    return _event(_head(asked, "chat.completion.chunk"), {}, reason) + b"data: [DONE]\n\n"


def word(asked: Asked, text: str) -> bytes:
    return _event(_head(asked, "chat.completion.chunk"), {"content": text})


def event(body: Json) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()


def _event(head: Json, delta: Json, reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
    return event({**head, "choices": [choice]})


def _head(asked: Asked, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": kind,
        "created": SOME_TIME,
        "model": asked.body["model"],
    }
