"""What blocks the event loop is found by what it calls, before it blocks."""

import time

import pytest

from switchhook import Say, hookimpl
from switchhook.plugins.blocking import _is_quick, blocking_calls, blocking_named
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.testing import MemoryAssistant, a_call

SHORT = 0.001


class Sleeping:
    """Blocks where it decides, or later, as the text says."""

    @hookimpl
    def handle_text(self, response):
        if response.text == "later":
            return self.later()
        time.sleep(SHORT)
        return Say("slept")

    async def later(self):
        yield Say("one moment")
        time.sleep(SHORT)


class Ready:
    @hookimpl
    def handle_text(self, response):
        return Say("ready")


async def said(text, *plugins, **more):
    bot = MemoryAssistant(lambda turn: [text] if turn.number == 1 else [])
    async with a_call(bot, plugins=plugins, **more) as talk:
        await talk.wait(2)
        return talk.heard()


@pytest.mark.anyio
@pytest.mark.parametrize(("text", "below"), [("now", 4), ("later", 9)])
async def test_a_plugin_that_blocks_fails_its_test_with_its_line(text, below):
    line = Sleeping.handle_text.__code__.co_firstlineno + below
    with pytest.raises(AssertionError, match=r"^blocks the event loop with time\.sleep at ") as caught:
        await said(text, Sleeping())
    assert f"{__file__}:{line}:" in str(caught.value)
    assert "anyio.to_thread.run_sync" in str(caught.value)


@pytest.mark.anyio
async def test_one_that_does_not_block_passes():
    assert await said("now", Ready()) == ["ready"]


@pytest.mark.anyio
async def test_a_test_may_say_that_it_may_block():
    assert await said("now", Sleeping(), may_block=True) == ["slept"]


@pytest.mark.anyio
async def test_what_the_test_itself_does_is_no_fault_of_a_plugin():
    async with a_call(MemoryAssistant(lambda turn: []), plugins=[Ready()]):
        time.sleep(SHORT)


@pytest.mark.anyio
async def test_an_assistant_that_blocks_is_found_too():
    def reply(turn):
        time.sleep(SHORT)
        return []

    with pytest.raises(AssertionError, match=r"time\.sleep"):
        async with a_call(MemoryAssistant(reply)) as talk:
            await talk.wait(2)


@pytest.mark.anyio
async def test_what_went_wrong_before_is_told_first():
    async def fail():
        async with a_call(MemoryAssistant(lambda turn: ["now"]), plugins=[Sleeping()]) as talk:
            await talk.wait(2)
            raise KeyError

    with pytest.raises(ExceptionGroup) as caught:
        await fail()
    assert caught.group_contains(KeyError)


# --- what counts


def found_in(act):
    found = []
    with blocking_calls(found.append):
        act()
    return [each.call for each in found]


def test_to_sleep_blocks():
    assert found_in(lambda: time.sleep(SHORT)) == ["time.sleep"]


def test_to_let_others_go_on_does_not():
    assert found_in(lambda: time.sleep(0)) == []


def test_what_another_thread_does_is_its_own_business():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        assert found_in(lambda: thread.submit(time.sleep, SHORT).result()) == []


def test_afterwards_nothing_is_watched():
    before = time.sleep
    assert found_in(lambda: None) == []
    assert time.sleep is before


def test_within_another_both_are_told_of_their_own():
    outer, inner = [], []
    with blocking_calls(outer.append):
        with blocking_calls(inner.append):
            time.sleep(SHORT)
        time.sleep(SHORT)
    assert (len(outer), len(inner)) == (1, 1)


class Socket:
    def __init__(self, timeout):
        self.gettimeout = lambda: timeout


@pytest.mark.parametrize(
    ("call", "argument", "quick"),
    [
        ("socket.connect", Socket(0.0), True),
        ("socket.connect", Socket(None), False),
        ("socket.connect", Socket(5.0), False),
        ("socket.getaddrinfo", "127.0.0.1", True),
        ("socket.getaddrinfo", b"::1", True),
        ("socket.getaddrinfo", None, True),
        ("socket.getaddrinfo", "example.com", False),
        ("socket.gethostbyname", "example.com", False),
        ("os.system", b"true", False),
    ],
)
def test_what_waits_for_nobody_is_quick(call, argument, quick):
    import sys

    assert _is_quick(call, (argument,), sys._getframe()) is quick


# --- in a server


def test_a_server_names_the_plugin_and_the_place_once(caplog):
    plugins, sleeping = Plugins(), Sleeping()
    plugins.hold(Plugin("responses/sleeping", "acme", "1", sleeping))
    text = type("Text", (), {"text": "now"})
    with blocking_named(lambda: plugins):
        for _ in range(3):
            sleeping.handle_text(text)
    line = Sleeping.handle_text.__code__.co_firstlineno + 4
    [record] = caplog.records
    assert record.getMessage().startswith(
        f"plugin responses/sleeping blocks the event loop with time.sleep at {__file__}:{line}: every call waits"
    )


def test_of_many_places_it_names_a_hundred(caplog):
    with blocking_named(Plugins):
        for number in range(150):
            exec(compile("time.sleep(0.00001)", f"place{number}", "exec"))
    assert len(caplog.records) == 100
    assert (
        caplog.records[0]
        .getMessage()
        .startswith("something blocks the event loop with time.sleep at place0:1")
    )
