"""Has the prompts ready that a connector lists, from the start and whatever happens to its voices later."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager

import anyio

from .audio import AudioFormat
from .call.equipment import Equipment
from .call.prompts import parts
from .promptcache import Prompt, PromptCache
from .speech import TextToSpeech

logger = logging.getLogger(__name__)

AGAIN = 30.0  # seconds until a prompt that could not be made is tried again
LINE = AudioFormat()  # of nearly every call; a call on another line makes its own


@asynccontextmanager
async def warmed(cache: PromptCache | None, connectors: Iterable[Equipment]) -> AsyncIterator[None]:
    """Around all calls; nothing waits for a prompt but who wants to hear it."""
    if cache is None:
        yield
        return
    async with cache.running(), anyio.create_task_group() as group:
        group.start_soon(_warm, cache, [each for one in connectors for each in _listed(one)])
        yield
        group.cancel_scope.cancel()


def _listed(connector: Equipment) -> Iterator[tuple[TextToSpeech, Prompt]]:
    said = (connector.failure_text, connector.closing_text, connector.waiting_text, *connector.prompts)
    for voice in connector.voices:
        audio = LINE if LINE in voice.formats else LINE.linear
        for text in said:
            for part in parts(text, voice):
                yield voice, Prompt(connector.breakers.name_of(voice), part, audio, connector.language)


async def _warm(cache: PromptCache, wanted: list[tuple[TextToSpeech, Prompt]]) -> None:
    while wanted:
        missing = []
        for voice, prompt in wanted:
            if problem := await cache.keep(voice, prompt):
                missing.append((voice, prompt, problem))
        if missing:
            form = "%d prompts are not ready, %s: %s; tried again every %g s"
            engine, problem = missing[0][1].engine, missing[0][2]
            logger.warning(form, len(missing), engine, problem, AGAIN)
            await anyio.sleep(AGAIN)
        wanted = [(voice, prompt) for voice, prompt, _ in missing]
