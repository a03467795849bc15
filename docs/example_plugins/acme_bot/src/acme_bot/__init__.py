"""Any server with OpenAI's streaming chat API: assistant = { use = "acme_bot", url = "…", model = "…" }."""

import json
from contextlib import asynccontextmanager

import aiohttp

from switchhook import AssistantError, ReplyContext, Table, hookimpl, parse_response, sentence_ends


class BotOptions(Table):
    url: str
    model: str
    prompt: str = "You answer the telephone. Be brief. Greet the caller."


class Bot:
    def __init__(self, options):
        self.options = options

    async def __aenter__(self):
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=15))

    async def __aexit__(self, *_):
        await self.http.close()

    @asynccontextmanager
    async def open(self, call, /):
        yield Talk(self, [{"role": "system", "content": self.options.prompt}])


class Talk:
    def __init__(self, bot, messages):
        self.bot, self.messages = bot, messages

    @asynccontextmanager
    async def send(self, turn, /):
        if turn.barged_in and self.messages[-1]["role"] == "assistant":
            self.messages[-1]["content"] = turn.heard  # the rest was never said
        self.messages.append({"role": "user", "content": turn.text or f"({turn.kind})"})
        asked = {"model": self.bot.options.model, "messages": self.messages, "stream": True}
        try:
            async with self.bot.http.post(self.bot.options.url, json=asked) as answer:
                answer.raise_for_status()
                yield Sentences(answer.content, self.messages)
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError) as error:
            raise AssistantError(repr(error), reason="the chat server failed") from error


class Sentences:
    matched, context = True, ReplyContext()

    def __init__(self, lines, messages):
        self.lines, self.said = lines, {"role": "assistant", "content": ""}
        messages.append(self.said)

    async def __aiter__(self):
        waiting = ""
        async for line in self.lines:
            if line.startswith(b"data: {"):
                waiting += json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
            ends = [0, *sentence_ends(waiting)]
            if text := waiting[: ends[-1]].strip():
                yield self.response(text)
            waiting = waiting[ends[-1] :]
        if waiting.strip():
            yield self.response(waiting.strip())

    def response(self, text):
        self.said["content"] += f"{text} "
        return parse_response({"response_type": "text", "text": text})


@hookimpl
def create_assistant(options):
    return Bot(options.parse(BotOptions))
