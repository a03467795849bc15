"""Who blocks the event loop is named while it does, and left out when it does so for long."""

import logging
import time

import pytest

from switchhook import CallInfo, hookimpl
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.plugins.watchdog import Watchdog

pytestmark = pytest.mark.anyio
CALL = CallInfo("1", "support")


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


async def test_one_block_is_named_once(caplog):
    plugins, hooks = holding(Blocking(lambda: "extension/slow" in plugins.guard.off))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert caplog.text.count("blocks the event loop") == 1


async def test_a_plugin_that_blocks_for_long_is_off(caplog):
    plugins, hooks = holding(Blocking(lambda: "extension/slow" in plugins.guard.off))
    async with Watchdog(plugins).watching():
        hooks.tell("call_started", call=CALL)
    assert plugins.guard.off == {"extension/slow"}
    assert [record.levelno for record in caplog.records][-1] == logging.ERROR


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


async def test_a_plugin_that_blocks_outside_a_hook_is_found_by_its_file(caplog):
    """In a task of its lifespan, say: the stack goes through its module."""
    module = Blocking(lambda: True)
    module.__file__ = __file__
    plugins, _hooks = holding(module)
    async with Watchdog(plugins).watching():
        block_until(lambda: "extension/slow" in caplog.text)
    assert "plugin extension/slow blocks the event loop: " in caplog.text
