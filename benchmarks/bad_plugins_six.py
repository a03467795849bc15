"""Six plugins as nobody should write them. Each misbehaves in one of the last six calls of `bad_plugins.py`,
in every response; the number that a caller brings says in which."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
from watson_calls_engines import VARIABLE

from switchhook import Action, CallInfo, Say, TextResponse, hookimpl
from switchhook.plugins.loader import Plugin, Plugins

BLOCK = 0.1  # seconds in which every call waits
LEAK = 1_000_000  # bytes that nobody gives back, in every response


class Bad:
    """`number`: of the caller in whose call it misbehaves."""

    def __init__(self, number: int) -> None:
        self._number = str(number)

    def here(self, call: CallInfo) -> bool:
        return call.variables.get(VARIABLE) == self._number


class Raises(Bad):
    @hookimpl
    def handle_text(self, response: TextResponse, call: CallInfo) -> None:
        if self.here(call):
            raise KeyError(response.text)


class Waits(Bad):
    @hookimpl
    def handle_text(self, call: CallInfo) -> Any:
        return self._never() if self.here(call) else None

    async def _never(self) -> AsyncIterator[Say]:
        await anyio.sleep_forever()
        yield Say("never")


class Floods(Bad):
    """Gives a million actions."""

    @hookimpl
    def handle_text(self, response: TextResponse, call: CallInfo) -> Iterator[Say] | None:
        return (Say(response.text) for _ in range(1_000_000)) if self.here(call) else None


class Multiplies(Bad):
    """Makes a million of each action."""

    @hookimpl
    def rewrite_action(self, action: Action, call: CallInfo) -> list[Action] | None:
        return [action] * 1_000_000 if self.here(call) else None


class Leaks(Bad):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._kept: list[bytes] = []

    @hookimpl
    def turn_completed(self, call: CallInfo) -> None:
        if self.here(call):
            self._kept.append(bytes(LEAK))
            raise MemoryError


class Blocks(Bad):
    @hookimpl
    def handle_text(self, call: CallInfo) -> None:
        if self.here(call):
            time.sleep(BLOCK)


SIX = (Raises, Waits, Floods, Multiplies, Leaks, Blocks)


def with_six(plugins: Plugins, first: int) -> Plugins:
    """Also these, from the caller of that number on."""
    for number, kind in enumerate(SIX, first):
        plugins.hold(Plugin(f"extension/{kind.__name__.lower()}", "bad-plugins", "0", kind(number)))
    return plugins
