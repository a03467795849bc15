"""How long plugins take, and which hooks are left out, as figures."""

from types import SimpleNamespace

import pytest

from switchhook import hookimpl
from switchhook.plugins.asking import Hooks
from switchhook.plugins.breaker import Breaker
from switchhook.plugins.guard import HookGuard
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.serving.measuring.hook_figures import HookFigures


class Clock:
    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    one = Clock()
    monkeypatch.setattr("switchhook.plugins.guard.time", one)
    return one


class Told(list):
    def __call__(self, name, value, labels):
        self.append((name, value, *labels.values()))


def test_the_time_of_each_hook_is_told_once(clock):
    class Slow:
        @hookimpl
        def call_started(self, call):
            clock.now += 0.25

    plugins, told = Plugins(), Told()
    hooks = Hooks(plugins, [plugins.hold(Plugin("extension/slow", "acme", "1", Slow()))])
    figures = HookFigures(told)
    for _ in range(2):
        hooks.tell("call_started", call=SimpleNamespace(seen_by=lambda *_: None))
    figures.look([plugins])
    assert told == [
        ("plugin_seconds", 0.5, "extension/slow", "call_started"),
        ("plugin_calls", 2, "extension/slow", "call_started"),
    ]
    told.clear()
    figures.look([plugins])
    assert told == []


def test_hooks_that_rest_are_a_level_that_falls_when_they_are_asked_again():
    now, told = [0.0], Told()
    guard = HookGuard(breaker=Breaker(1, lambda: now[0]))
    plugins, figures = SimpleNamespace(guard=guard), HookFigures(told)
    guard.breaker.failed("responses/acme", "handle_text")
    figures.look([plugins])
    figures.look([plugins])
    now[0] = 1000.0
    figures.look([plugins])
    assert told == [
        ("hooks_resting", 1, "responses/acme", "handle_text"),
        ("hooks_resting", -1, "responses/acme", "handle_text"),
    ]


def test_a_hook_that_blocked_every_call_counts_too():
    told = Told()
    plugins = SimpleNamespace(guard=HookGuard(off={("extension/acme", "call_started")}))
    HookFigures(told).look([plugins])
    assert told == [("hooks_resting", 1, "extension/acme", "call_started")]
