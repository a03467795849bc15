"""A worker's side of the line to its supervisor, which alone acts on signals and has the admin port."""

from __future__ import annotations

import logging
import os
import signal

import anyio

from ..server import Server
from .line import Line, Message, packed, unpacked
from .line_state import LineState

logger = logging.getLogger(__name__)


LOOK = 0.25  # seconds


class Working:
    def __init__(self, server: Server, line: Line, state: LineState) -> None:
        self._server, self._line, self._state = server, line, state

    def ready(self, urls: str) -> None:
        self._line.put(ready=urls)

    def reloading(self, stage: str) -> None:
        """As `Reloading` tells it, with what the supervisor knows only from who asks for a place."""
        self._line.put(reloading=stage, max_calls=self._server.app.settings.server.max_calls)

    def changed(self, why: str) -> None:
        """A file of the configuration: the supervisor says which worker reads it when."""
        self._line.put(changed=why)

    async def run(self) -> None:
        """Until the supervisor is gone: then nobody else could end this."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._tell_when_idle)
            group.start_soon(self._tell_whether_it_serves)
            await self._line.run(self._take)
            group.cancel_scope.cancel()
        self._server.ending.release()
        if self._server.ending.ready is None:
            logger.error("the supervisor is gone")
            os.kill(os.getpid(), signal.SIGTERM)

    async def _tell_when_idle(self) -> None:
        await self._server.ending.idle.wait()
        self._line.put(idle=True)

    async def _tell_whether_it_serves(self) -> None:
        """As far as that is its own affair. It is looked at, as the loop is late by degrees."""
        told = True
        while True:
            serves = (self._server.ending.ready or self._server.succession.late) is None
            if told is not serves:
                self._line.put(serves=serves)
                told = serves
            await anyio.sleep(LOOK)

    def _take(self, message: Message) -> None:
        match message:
            case {"answer": number}:
                self._state.questions.answered(number, message)
            case {"full": full}:
                self._server.places.full = full
            case {"leave": _}:
                self._server.leave()
            case {"release": _}:
                self._server.ending.release()
            case {"ask": number, "health": _}:
                self._line.put(answer=number, reason=self._server.ready(), alive=self._server.alive())
            case {"ask": number, "page": path}:
                self._line.put(answer=number, page=packed(self._server.generation.hooks.admin_page(path)))
            case {"ask": number, "merge": path, "pages": pages, "gone": gone}:
                found = {slot: page for slot, each in pages if (page := unpacked(each))}
                left = [page for each in gone if (page := unpacked(each))]
                merged = self._server.generation.hooks.merge_pages(path, found, left)
                self._line.put(answer=number, page=packed(merged))
            case _:
                logger.error("the supervisor said what is not known here: %s", ", ".join(message))
