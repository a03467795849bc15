"""Plugins that keep more and more memory are named, with the line that asks for it."""

import json
import tracemalloc

import pytest

from switchhook import hookimpl
from switchhook.plugins.leaks import GROWN, Leaks, leaks_named
from switchhook.plugins.loader import Plugin, Plugins

LARGE = GROWN + 1000


class Keeping:
    def __init__(self):
        self.kept = []

    @hookimpl
    def handle_text(self, response):
        self.kept.append(bytes(response))

    def keep_parsed(self, size):
        self.kept.append(json.loads(json.dumps(["w" * 10_000] * (size // 10_000 + 1))))

    def give_back(self):
        self.kept.clear()


@pytest.fixture
def keeping():
    return Keeping()


@pytest.fixture
def leaks(keeping):
    plugins = Plugins()
    plugins.hold(Plugin("responses/keeping", "acme", "1", keeping))
    tracemalloc.start(12)
    found = Leaks(lambda: plugins)
    assert list(found.look()) == []  # what it has at the start is no leak
    yield found
    tracemalloc.stop()


def test_a_plugin_that_keeps_what_it_makes_is_named_with_its_line(keeping, leaks):
    keeping.handle_text(LARGE)
    line = Keeping.handle_text.__code__.co_firstlineno + 2
    [said] = leaks.look()
    assert said.startswith("plugin responses/keeping keeps 10 MB, 10 MB more than before; 10 MB come from ")
    assert f" {__file__}:{line}: " in said


def test_what_a_library_asks_for_in_a_plugins_name_is_the_plugins(keeping, leaks):
    keeping.keep_parsed(LARGE)
    [said] = leaks.look()
    assert f"{__file__}:{Keeping.keep_parsed.__code__.co_firstlineno + 1}" in said


def test_little_is_not_told(keeping, leaks):
    keeping.handle_text(GROWN // 2)
    assert list(leaks.look()) == []


def test_what_is_given_back_is_not_told(keeping, leaks):
    keeping.handle_text(LARGE)
    keeping.give_back()
    assert list(leaks.look()) == []


def test_it_is_told_again_when_it_has_grown_again(keeping, leaks):
    told = []
    for _ in range(4):
        keeping.handle_text(GROWN // 2 + 1000)
        told.append(len(list(leaks.look())))
    assert told == [0, 1, 0, 1]


def test_what_nobody_asked_for_is_not_measured_afterwards():
    with leaks_named(Plugins):
        assert tracemalloc.is_tracing()
    assert not tracemalloc.is_tracing()
