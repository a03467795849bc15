"""Callers whom a model plays, and a model as the judge: any installed assistant, asked as by a bot."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from switchhook import Assistant, AssistantError, CallerAct, CallInfo, Conversation, Turn, load_assistant

from .persona import Persona

_DOING = re.compile(r"\[(keys\s+[0-9*#A-D]+|silence|hang up)\]", re.IGNORECASE)
CALLER = """You play a caller on the telephone, to test a voice bot. You are {persona}.
Your goal: {goal}. You have reached it when the bot says: {until}.
What you are told is what the bot says. Answer with what you say to it and nothing else, in one or two short
sentences, as people speak. To press keys answer [keys 1234], to say nothing [silence]. When you have what you
want, or see that you will not get it, answer [hang up].
{known}"""
JUDGE = """You judge a telephone call of a voice bot. You are given the talk and a question about it. Answer
with one word, yes or no, then a full stop, then the reason in one sentence. Go by the talk alone."""


class Played:
    """A CallerMind. `failed`: why the model says no more; empty: it does."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant, self.failed = assistant, ""
        self._turns = 0
        self._conversation: Conversation | None = None

    @asynccontextmanager
    async def on_the_line(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                self._conversation = await stack.enter_async_context(self._assistant.open(_CALL))
            except AssistantError as error:
                self.failed = str(error)
            yield

    async def next(self, heard: str, /) -> Sequence[CallerAct]:
        if self._conversation is None:
            return ()
        self._turns += 1
        try:
            return list(acts_of(await _answer(self._conversation, self._turns, heard or "(silence)")))
        except AssistantError as error:
            self.failed = str(error)
            return ()


_CALL = CallInfo("scenario", "scenario")


def acts_of(text: str) -> Iterator[CallerAct]:
    """What stands in square brackets is done, the rest is said."""
    for number, part in enumerate(_DOING.split(text)):
        words, done = part.strip(), number % 2 == 1
        if not done and re.search(r"\w", words):
            yield CallerAct(say=words)
        elif done and words.casefold() == "hang up":
            return
        elif done and words.casefold() == "silence":
            yield CallerAct(silence=True)
        elif done:
            yield CallerAct(keys=words[4:].strip().upper())


def caller(persona: Persona, model: Mapping[str, Any]) -> Assistant:
    """Raises PluginError and SettingsError."""
    known = [
        f'When it says "{each.hears}", {f"say {each.say}" if each.say else f"press {each.keys}"}.'
        for each in persona.answers
    ]
    given = {**persona.model_dump(include={"persona", "goal", "until"}), "known": "\n".join(known)}
    return _assistant(model, CALLER.format(**given))


def judge(model: Mapping[str, Any]) -> Assistant:
    """Raises PluginError and SettingsError."""
    return _assistant(model, JUDGE)


async def verdict_of(judge: Assistant, talk: str, question: str) -> tuple[bool, str]:
    """Whether the answer is yes, and all of it. Raises AssistantError."""
    async with judge.open(_CALL) as conversation:
        said = await _answer(conversation, 1, f"The talk:\n{talk}\n\nThe question: {question}")
    word = re.match(r"\W*(yes|no)\b", said, re.IGNORECASE)
    if word is None:
        return False, f"a judge who says neither yes nor no: {said[:200]!r}"
    return word[1].casefold() == "yes", said


def _assistant(model: Mapping[str, Any], instructions: str) -> Assistant:
    options = {key: value for key, value in model.items() if key != "use"}
    return load_assistant(str(model["use"]), {**options, "instructions": instructions})


async def _answer(conversation: Conversation, number: int, text: str) -> str:
    async with conversation.send(Turn(number, "speech", text)) as reply:
        said = [str(getattr(response, "text", "")) async for response in reply]
    return " ".join(part.strip() for part in said if part.strip())
