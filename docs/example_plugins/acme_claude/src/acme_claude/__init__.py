"""Anthropic's Messages API: { use = "acme_claude", model = "…", api_key = …, instructions = … }."""

import json
from contextlib import aclosing

import switchhook_chat as chat
from switchhook import hookimpl

ENDS = {"max_tokens": "cut", "refusal": "refusal"}


class ClaudeOptions(chat.ChatOptions):
    url: chat.WebAddress = "https://api.anthropic.com/v1/messages"


class Claude:
    error = chat.ModelError

    def __init__(self, options):
        self.options, self.service = options, chat.Service(options.url, options)
        self.warm, self.aclose = self.service.warm, self.service.aclose

    async def ask(self, question, answer, /):
        key = {"x-api-key": self.options.key, "anthropic-version": "2023-06-01"}
        async with (
            self.service.ask(self.body(question), key) as reply,
            aclosing(chat.pieces(reply)) as events,
        ):
            async for event in events:
                yield take(chat.json_object(event), answer)

    def body(self, question):
        body = {"model": self.options.model, "max_tokens": self.options.max_tokens, "stream": True}
        body["system"] = question.instructions
        body["messages"] = [each for message in question.messages for each in written(message)]
        if question.tools:
            body["tools"] = [tool(each) for each in question.tools]
            body["tool_choice"] = {"type": "none" if question.last else "auto"}
        return body | self.options.parameters


def tool(form):
    return {"name": form.name, "description": form.about, "input_schema": form.parameters}


def written(message):
    if isinstance(message, chat.Words):
        yield {"role": message.role, "content": message.text}
        return
    said = [{"type": "text", "text": message.said}] if message.said else []
    used = [{"id": one.id, "name": one.name, "input": json.loads(one.arguments)} for one in message.calls]
    yield {"role": "assistant", "content": said + [{"type": "tool_use", **one} for one in used]}
    told = zip(message.calls, message.results, strict=True)
    results = [{"type": "tool_result", "tool_use_id": one.id, "content": result} for one, result in told]
    yield {"role": "user", "content": results}


def take(event, answer):
    match event:
        case {"message": {"usage": {"input_tokens": count}}}:
            answer.cost(read=count)
        case {"content_block": {"type": "tool_use", "id": str(id_), "name": str(name)}}:
            answer.called(len(answer.calls), chat.CalledTool(id_, name))
        case {"delta": {"partial_json": str(piece)}}:
            answer.called(len(answer.calls) - 1, chat.CalledTool(arguments=piece))
        case {"delta": {"text": str(words)}}:
            return words
        case {"delta": {"stop_reason": str(reason)}, "usage": {"output_tokens": count}}:
            answer.end = ENDS.get(reason, "whole")
            answer.cost(written=count)
        case {"type": "message_stop"}:
            answer.done = True
        case {"error": {"message": str(said)}}:
            raise chat.ModelError("failed", said)
    return ""


@hookimpl
def create_assistant(options):
    settings = options.parse(ClaudeOptions)
    return chat.ChatAssistant(Claude(settings), settings)
