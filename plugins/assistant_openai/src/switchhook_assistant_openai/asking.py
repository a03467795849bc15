"""A question in the form of this API."""

from __future__ import annotations

from collections.abc import Iterator

from switchhook_chat import Json, Message, Question, Words

from .options import OpenAIOptions


def body_of(question: Question, options: OpenAIOptions) -> Json:
    told = [each for message in question.messages for each in _written(message)]
    system = {"role": "system", "content": question.instructions}
    body: Json = {"model": options.model, "messages": [system, *told], "stream": True}
    if options.usage:
        body["stream_options"] = {"include_usage": True}
    if not {"max_tokens", "max_completion_tokens"} & set(options.parameters):
        body["max_tokens"] = options.max_tokens
    if question.tools:
        functions = [
            {"name": each.name, "description": each.about, "parameters": each.parameters}
            for each in question.tools
        ]
        body["tools"] = [{"type": "function", "function": each} for each in functions]
        if question.last:
            body["tool_choice"] = "none"
    return {**body, **options.parameters}


def _written(message: Message) -> Iterator[Json]:
    if isinstance(message, Words):
        yield {"role": message.role, "content": message.text}
        return
    functions = [{"name": each.name, "arguments": each.arguments} for each in message.calls]
    called = [
        {"id": each.id, "type": "function", "function": function}
        for each, function in zip(message.calls, functions, strict=True)
    ]
    yield {"role": "assistant", "content": message.said or None, "tool_calls": called}
    for each, result in zip(message.calls, message.results, strict=True):
        yield {"role": "tool", "tool_call_id": each.id, "content": result}
