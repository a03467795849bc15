"""Engines in memory, and callers of a server."""

from contextlib import asynccontextmanager, nullcontext

import anyio

from switchhook import LegInfo
from switchhook.testing import MemoryLeg

DRIVER = """
from switchhook import hookimpl
from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech

@hookimpl
def create_{group}():
    return {made}
"""
MADE = {
    "transport": "object()",
    "assistant": "MemoryAssistant(lambda turn: ['welcome'])",
    "stt": "MemorySpeechToText()",
    "tts": "MemoryTextToSpeech()",
}


@asynccontextmanager
async def calling(server, *legs):
    """Those callers are being answered."""
    kept = nullcontext() if len(server.calls) else server.calls.kept()
    async with kept, anyio.create_task_group() as group:
        for leg in legs:
            group.start_soon(leg.run)
            group.start_soon(server.answer, leg)
        await anyio.sleep(1)
        yield
        await anyio.sleep(60)
        group.cancel_scope.cancel()


def leg(name="leg-1", **more):
    return MemoryLeg(LegInfo(name, "support"), **more)
