"""Handlers that decide in a thread: calls go on meanwhile, and None still leaves a response to the next one."""

import threading
import time

import anyio
import pytest

from switchhook import Say, hookimpl, in_thread
from switchhook.testing import MemoryAssistant, a_call

pytestmark = pytest.mark.anyio
PATIENCE = 10.0  # seconds, of which none is needed


class Waiting:
    """Says a text once it was let, in a thread; leaves all others."""

    def __init__(self):
        self.let, self.thread = threading.Event(), 0

    @hookimpl
    @in_thread
    def handle_text(self, response):
        if response.text != "mine":
            return None
        self.thread = threading.get_ident()
        self.let.wait(PATIENCE)
        return [Say("decided")]


class Broken:
    @hookimpl
    @in_thread
    def handle_text(self, response):
        raise KeyError(response.text)


class Several:
    @hookimpl
    @in_thread
    def handle_text(self, response):
        yield Say("one")
        time.sleep(0.001)
        yield Say("two")


async def said(text, *plugins, until):
    """The texts that were spoken of it, and the record so far."""
    bot = MemoryAssistant(lambda turn: [text] if turn.number == 1 else [])
    async with a_call(bot, plugins=plugins) as talk:
        with anyio.fail_after(PATIENCE):
            while talk.tts.texts[-1:] != [until]:
                await anyio.sleep(0.01)
        return list(talk.tts.texts), talk.call.record_writer.record


async def test_the_loop_goes_on_while_it_decides():
    plugin = Waiting()
    bot = MemoryAssistant(lambda turn: ["mine"] if turn.number == 1 else [])
    async with a_call(bot, plugins=[plugin]) as talk:
        with anyio.fail_after(PATIENCE):
            while not plugin.thread:
                await anyio.sleep(0.01)
            assert talk.tts.texts == []
            plugin.let.set()
            while not talk.tts.texts:
                await anyio.sleep(0.01)
    assert talk.tts.texts == ["decided"]
    assert plugin.thread != threading.get_ident()


async def test_what_it_declines_the_next_one_performs_and_nobody_is_blamed():
    texts, record = await said("another", Waiting(), until="another")
    assert texts == ["another"]
    assert record.faults == []


async def test_what_it_raises_is_a_fault_and_the_next_one_is_asked():
    texts, record = await said("another", Broken(), until="another")
    assert texts == ["another"]
    assert [fault["error"] for fault in record.faults] == ["KeyError"]


async def test_a_generator_is_read_in_the_thread():
    texts, record = await said("another", Several(), until="two")
    assert texts == ["one", "two"]
    assert record.faults == []
