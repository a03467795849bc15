"""Who blocks the event loop is named while it does, and left out when it does so for long."""

import linecache
import logging
import time
from importlib import import_module

import pytest

from switchhook import AudioFormat, CallInfo, EndCall, hookimpl, parse_response
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.plugins.watchdog import Place, Watchdog, _whose
from switchhook.serving import server
from switchhook.serving.state import memory

pytestmark = pytest.mark.anyio
CALL = CallInfo("1", "support")
SLOW = ("extension/slow", "call_started")


@pytest.fixture
def anyio_backend():
    return "asyncio"  # a real loop on a real clock: it is time itself that is lost here


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("switchhook.plugins.watchdog.BEAT", 0.005)
    monkeypatch.setattr("switchhook.plugins.watchdog.LATE", 0.02)
    monkeypatch.setattr("switchhook.plugins.watchdog.OFF_AFTER", 0.08)


class Blocking:
    """Blocks until the log says something of it, or for good as far as a test is concerned."""

    def __init__(self, enough):
        self._enough = enough

    @hookimpl
    def call_started(self, call):
        block_until(self._enough)


def block_until(enough):
    give_up = time.monotonic() + 5
    while not enough() and time.monotonic() < give_up:
        time.sleep(0.002)


def holding(module):
    plugins = Plugins()
    plugins.hold(Plugin("extension/slow", "acme", "1", module))
    return plugins, Hooks(plugins, list(plugins.loaded.values()))


async def test_a_plugin_is_named_with_its_stack_while_it_blocks(caplog):
    plugins, hooks = holding(Blocking(lambda: "extension/slow" in caplog.text))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
        said_while_blocked = caplog.text
    assert "plugin extension/slow blocks the event loop: " in said_while_blocked
    assert "block_until (" in said_while_blocked


async def test_no_source_is_read_and_kept_while_the_loop_is_late(caplog):
    linecache.clearcache()
    plugins, hooks = holding(Blocking(lambda: "extension/slow" in caplog.text))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert "blocks the event loop" in caplog.text
    assert linecache.cache == {}


async def test_one_block_is_named_once(caplog):
    plugins, hooks = holding(Blocking(lambda: SLOW in plugins.guard.off))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert caplog.text.count("blocks the event loop") == 1


async def test_a_plugin_that_blocks_for_long_is_off(caplog):
    plugins, hooks = holding(Blocking(lambda: SLOW in plugins.guard.off))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert plugins.guard.off == {SLOW}
    assert [record.levelno for record in caplog.records][-1] == logging.ERROR


class Handler:
    """Blocks when it is asked, as long as `enough` says."""

    def __init__(self, enough=None):
        self._enough = enough

    @hookimpl
    def handle_text(self, response):
        if self._enough is not None:
            block_until(self._enough)


TEXT = parse_response({"response_type": "text", "text": "hi"})
TOO_LONG = 0.4  # seconds, many times what is too long


async def held_up(caplog, *others, distribution="acme", group="responses"):
    """Who is off after a handler has blocked for long."""
    plugins, began = Plugins(), []

    def enough():
        began.append(time.monotonic())
        return bool(plugins.guard.off) or began[-1] - began[0] > TOO_LONG

    plugins.hold(Plugin(f"{group}/slow", distribution, "1", Handler(enough)))
    for number, module in enumerate(others):
        plugins.hold(Plugin(f"responses/other{number}", "acme", "1", module))
    async with Watchdog(plugins).watching():
        Hooks(plugins, list(plugins.loaded.values())).handle(TEXT, CALL)
    return plugins.guard.off


@pytest.mark.parametrize("distribution", ["acme", "switchhook-responses"])
async def test_a_handler_is_off_where_another_plugin_handles_the_same(caplog, distribution):
    off = await held_up(caplog, Handler(), distribution=distribution)
    assert off == {("responses/slow", "handle_text")}


@pytest.mark.parametrize("distribution", ["acme", "switchhook-responses"])
async def test_the_only_handler_stays(caplog, distribution):
    assert await held_up(caplog, Blocking(None), distribution=distribution) == set()
    assert "plugin responses/slow blocks the event loop: " in caplog.text


async def test_a_bundled_listener_is_off_like_any_other(caplog):
    plugins = Plugins()
    slow = Blocking(lambda: bool(plugins.guard.off))
    plugins.hold(Plugin("extension/slow", "switchhook-telemetry", "1", slow))
    hooks = Hooks(plugins, list(plugins.loaded.values()))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert plugins.guard.off == {SLOW}


async def test_what_is_off_is_the_hook_that_blocked_and_no_other(caplog):
    class Both(Handler):
        @hookimpl
        def call_started(self, call):
            block_until(lambda: bool(plugins.guard.off))

        @hookimpl
        def handle_end_session(self, response):
            return EndCall()

    plugins = Plugins()
    plugins.hold(Plugin("extension/slow", "acme", "1", Both()))
    hooks = Hooks(plugins, list(plugins.loaded.values()))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert plugins.guard.off == {SLOW}
    assert hooks.handle(parse_response({"response_type": "end_session"}), CALL).actions == EndCall()


async def test_a_short_block_does_not_turn_a_plugin_off(caplog, monkeypatch):
    monkeypatch.setattr("switchhook.plugins.watchdog.OFF_AFTER", 60)
    plugins, hooks = holding(Blocking(lambda: "extension/slow" in caplog.text))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert plugins.guard.off == set()


async def test_a_plugin_that_runs_after_somebody_elses_long_block_is_not_turned_off(caplog, monkeypatch):
    monkeypatch.setattr("switchhook.plugins.watchdog.OFF_AFTER", 60)
    plugins, hooks = holding(Blocking(lambda: "extension/slow" in caplog.text))
    watchdog = Watchdog(plugins)
    async with watchdog.watching():
        watchdog._beat -= 3600
        hooks.tell("call_started", call=CALL)
    assert plugins.guard.off == set()


async def test_a_plugin_that_blocks_in_another_file_of_its_package_is_found(caplog, tmp_path, monkeypatch):
    """In a generator that a hook has returned, say."""
    package = tmp_path / "acme_slow"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(
        "from switchhook import hookimpl\n@hookimpl\ndef call_started(call): pass\n"
    )
    (package / "work.py").write_text("def work(block):\n    block()\n")
    monkeypatch.syspath_prepend(tmp_path)
    plugins, _hooks = holding(import_module("acme_slow.plugin"))
    work = import_module("acme_slow.work").work
    async with Watchdog(plugins).watching():
        work(lambda: block_until(lambda: "extension/slow" in caplog.text))
    assert "plugin extension/slow blocks the event loop: " in caplog.text


async def test_a_plugin_that_blocks_outside_a_hook_is_found_by_its_file(caplog):
    """In a task of its lifespan, say: the stack goes through its module."""
    module = Blocking(lambda: True)
    module.__file__ = __file__  # type: ignore[attr-defined]
    plugins, _hooks = holding(module)
    async with Watchdog(plugins).watching():
        block_until(lambda: "extension/slow" in caplog.text)
    assert "plugin extension/slow blocks the event loop: " in caplog.text


async def test_a_tap_that_blocks_for_long_is_out_also_in_the_call_that_it_blocks(caplog):
    class BlockingTap:
        @hookimpl
        def create_tap(self):
            return self

        def caller(self, audio, at):
            block_until(lambda: "is off from now on" in caplog.text)

        bot = caller

    plugins, hooks = holding(BlockingTap())
    [tap] = hooks.taps(CALL, AudioFormat())
    async with Watchdog(plugins).watching():
        assert hooks.give(tap, "caller", b"", 0.0, print)
    assert "plugin extension/slow blocked every call" in caplog.text
    assert not hooks.give(tap, "caller", b"", 0.2, print)
    assert hooks.taps(CALL, AudioFormat()) == []


def test_what_core_brings_is_not_named_where_core_itself_blocks():
    plugins = Plugins()
    brought = plugins.load_one("state", "memory")
    stack = [Place(memory.__file__, 1, "add_once"), Place(server.__file__, 1, "run")]
    assert _whose(stack, [brought]) == "state/memory"
    assert _whose(stack[1:], [brought]) == ""


class Looks:
    """In place of the event that ends the thread: time passes in it, with a beat whenever one is due, until there
    is none any more."""

    def __init__(self, dog, beat, seconds):
        self.now, self.count = 0.0, 0
        self._dog, self._beat, self._seconds = dog, beat, seconds

    def wait(self, pause):
        assert pause > 0
        self.now, self.count = self.now + pause, self.count + 1
        self._dog._beat = min(self._seconds, self.now // self._beat * self._beat)
        return self.now > 2 * self._seconds


def test_the_thread_sleeps_until_a_beat_would_be_late(monkeypatch):
    """The event loop has to wait each time that it wakes."""
    monkeypatch.setattr("switchhook.plugins.watchdog.BEAT", 0.025)
    monkeypatch.setattr("switchhook.plugins.watchdog.LATE", 0.06)
    dog, found = Watchdog(), []
    looks = dog._done = Looks(dog, 0.025, seconds=10)
    monkeypatch.setattr("switchhook.plugins.watchdog.time.monotonic", lambda: looks.now)
    monkeypatch.setattr(
        "switchhook.plugins.watchdog._name_the_culprit", lambda *_: found.append((looks.now, looks.count))
    )
    dog._beat = 0.0
    dog._watch()
    [(at, many)] = found
    assert at == pytest.approx(10.06, abs=0.01)
    assert many < 25 * 10
