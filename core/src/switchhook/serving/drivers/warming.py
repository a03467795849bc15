"""Makes ready what calls will need: the prompts that a connector lists, even if its voices fail later, and
the engines' connections."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio

from ...call.bot import Bot
from ...call.engine import Engine
from ...call.prompt_cache.cache import Prompt, PromptCache
from ...call.speaking.texts import parts
from ...contract.audio import AudioFormat
from ...contract.errors import LanguageUnknown, SpeechError, Unspeakable, cause
from ...contract.speech import TextToSpeech

logger = logging.getLogger(__name__)

COOLING = 20.0  # seconds until an engine is warmed again: services close connections that idle for long
AGAIN = 30.0  # seconds until a prompt that could not be made is tried again
LINE = AudioFormat()  # nearly every call has it; a call on another line makes its own prompts


@asynccontextmanager
async def warmed(cache: PromptCache | None, connectors: Iterable[Bot]) -> AsyncIterator[None]:
    """Around the calls of one who shares the cache with nobody."""
    async with AsyncExitStack() as stack:
        if cache is not None:
            await stack.enter_async_context(cache.running())
        group = await stack.enter_async_context(anyio.create_task_group())
        stack.callback(group.cancel_scope.cancel)
        group.start_soon(keep_warm, cache, connectors)
        yield


async def keep_warm(cache: PromptCache | None, connectors: Iterable[Bot]) -> None:
    """For ever, beside all calls, while the cache is running. Nothing waits for a prompt but who wants to
    hear it."""
    made = list(connectors)
    async with anyio.create_task_group() as group:
        if cache is not None:
            group.start_soon(_make, cache, [each for one in made for each in _listed(one)])
        for engine in dict.fromkeys(engine for one in made for engine in one.engines):
            if engine.warmable:
                group.start_soon(_keep_warm, engine)


async def _keep_warm(engine: Engine[Any]) -> None:
    told = ""
    while True:
        problem = ""
        try:
            await engine.warm()
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a call will say so, if it is still true then
            problem = cause(error)
        if problem and problem != told:
            logger.info("%s is not ready: %s", engine.name, problem)
        told = problem
        await anyio.sleep(COOLING)


def _listed(connector: Bot) -> Iterator[tuple[TextToSpeech, Prompt]]:
    for tongue in connector.tongues:
        for engine in tongue.voices:
            voice, spoken = engine.driver, engine.spoken(tongue.language)
            if spoken is None:
                continue  # a call does not ask it either
            audio = LINE if LINE in voice.formats else LINE.linear
            for text in (*tongue.texts, *tongue.prompts):
                for part in parts(text, voice, tongue.language, connector.pronunciations):
                    yield voice, Prompt(engine.name, part, audio, spoken)


async def _make(cache: PromptCache, wanted: list[tuple[TextToSpeech, Prompt]]) -> None:
    while wanted:
        missing = []
        for voice, prompt in wanted:
            try:
                await cache.keep(voice, prompt)
            except (LanguageUnknown, Unspeakable) as error:
                logger.warning("a prompt is not had ready, %s: %s", prompt.engine, cause(error))
            except SpeechError as error:
                missing.append((voice, prompt, cause(error)))
        if missing:
            form = "%d prompts are not ready, %s: %s; tried again every %g s"
            engine, problem = missing[0][1].engine, missing[0][2]
            logger.warning(form, len(missing), engine, problem, AGAIN)
            await anyio.sleep(AGAIN)
        wanted = [(voice, prompt) for voice, prompt, _ in missing]
