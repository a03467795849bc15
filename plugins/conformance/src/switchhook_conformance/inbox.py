"""Messages of the other side, until a case asks for them."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import anyio


class Inbox:
    def __init__(self) -> None:
        self.over = False  # nothing more will come
        self._unread: list[dict[str, Any]] = []
        self._changed = anyio.Event()

    def put(self, message: dict[str, Any]) -> None:
        self._unread.append(message)
        self.change()

    def end(self) -> None:
        self.over = True
        self.change()

    def change(self) -> None:
        """Something happened."""
        self._changed.set()
        self._changed = anyio.Event()

    async def changed(self) -> None:
        await self._changed.wait()

    async def next(
        self, kinds: Container[str], within: float, hopeless: Callable[[], bool] = lambda: False
    ) -> dict[str, Any]:
        """The first of one of these types that was not asked for yet; empty if none comes in that time."""
        with anyio.move_on_after(within):
            while True:
                for message in self._unread:
                    if message.get("type") in kinds:
                        self._unread.remove(message)
                        return message
                if self.over or hopeless():
                    break
                await self._changed.wait()
        return {}

    def __str__(self) -> str:
        return ", ".join(str(message.get("type")) for message in self._unread) or "nothing"
