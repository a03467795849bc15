"""What a server hands over: into output variables, or to the service where an agent's desktop finds it."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from switchhook import Action, Annotate, CallInfo, HandOver, Say, Turn
from switchhook_http import Client, HttpError, Timeouts, key_in, signed, trusting

from .settings import HandoverOptions, HandoverSettings
from .talk import Talk, fitted

logger = logging.getLogger(__name__)

ROOM = 900  # bytes of the turns in one variable: what a flow is sure to hold
SUMMARY, INTENT = 500, 100  # characters
WAITING = 1_000  # hand-overs that are not posted yet
AT_ONCE = 8
PAUSES = 1.0, 4.0, 15.0  # seconds before a further try
ENDING = 5.0  # seconds in which the last are posted when the server ends
TIMES = Timeouts(read=10.0)
HEADERS = {"content-type": "application/json", "user-agent": "switchhook"}

Due = tuple[str, HandoverOptions, bytes]


class Desk:
    """One for each reading of the configuration. It posts while it is `working`."""

    _put: MemoryObjectSendStream[Due]

    def __init__(self, settings: HandoverSettings) -> None:
        """Raises SettingsError."""
        self._settings = settings
        self._clients = {
            _place(each): Client(str(each.to), trusting({"ca": each.ca}), public=not each.private)
            for each in (settings, *settings.connectors.values())
            if each.give == "reference"
        }

    def began(self, call: CallInfo, turn: Turn) -> None:
        options = self._settings.of(call.connector)
        if options.give != "nothing":
            _talk(call).began(turn, digits="digits" in options.tell)

    def rewrite(self, action: Action, call: CallInfo) -> list[Action] | None:
        options = self._settings.of(call.connector)
        if options.give == "nothing":
            return None
        if isinstance(action, Say):
            _talk(call).said(action.text)
        return self._hand_over(action, call, options) if isinstance(action, HandOver) else None

    def _hand_over(self, action: HandOver, call: CallInfo, options: HandoverOptions) -> list[Action]:
        talk, number = _talk(call), secrets.token_urlsafe(16)
        given = dict(action.variables)
        summary = talk.clean(str(given.pop(options.summary, "")))[:SUMMARY]
        intent = talk.clean(str(given.pop(options.intent, "")))[:INTENT]
        lines = talk.told(options.turns)
        if options.give == "value":
            told = {options.summary: summary, options.intent: intent, options.said: fitted(lines, ROOM)}
            given |= {name: text for name, text in told.items() if text}
        else:
            turns = [{"who": each.who, "text": each.text, "turn": each.turn} for each in lines]
            body = {"summary": summary, "intent": intent, "turns": turns}
            self._post(number, options, {**_about(call), "handoff_id": number, **body})
        return [Annotate({options.id: number}), HandOver({**given, options.id: number})]

    def _post(self, number: str, options: HandoverOptions, body: Mapping[str, Any]) -> None:
        try:
            self._put.send_nowait((number, options, json.dumps(body).encode()))
        except (anyio.WouldBlock, anyio.ClosedResourceError):
            logger.warning("hand-over %s is not posted: too many wait", number)

    # --- posting

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Desk]:
        """Posts what comes. When it is left, what waits has a moment."""
        self._put, taken = anyio.create_memory_object_stream[Due](WAITING)
        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE):
                group.start_soon(self._work, taken.clone())
            try:
                yield self
            finally:
                self._put.close()
                taken.close()
            group.cancel_scope.deadline = anyio.current_time() + ENDING
        for client in self._clients.values():
            await client.aclose()

    async def _work(self, due: MemoryObjectReceiveStream[Due]) -> None:
        async with due:
            async for number, options, body in due:
                await self._deliver(number, options, body)

    async def _deliver(self, number: str, options: HandoverOptions, body: bytes) -> None:
        for pause in (*PAUSES, None):
            try:
                await self._send(number, options, body)
            except HttpError as error:
                if pause is None:
                    why = f"status {error.status}" if error.status else error.problem
                    logger.warning("hand-over %s could not be posted: %s", number, why)
                    return
                await anyio.sleep(pause)
            else:
                return

    async def _send(self, number: str, options: HandoverOptions, body: bytes) -> None:
        """Raises HttpError."""
        key = key_in(options.secret.get_secret_value()) if options.secret is not None else b""

        async def headers() -> Mapping[str, str]:
            return {**HEADERS, **signed(key, number, body)}

        async with self._clients[_place(options)].post(str(options.to), headers, body, TIMES):
            pass


def _place(options: HandoverOptions) -> tuple[str, bool, str]:
    return str(options.to), options.private, str(options.ca)


def _talk(call: CallInfo) -> Talk:
    talk: Talk = call.state.setdefault("talk", Talk())
    return talk


def _about(call: CallInfo) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    ids = ("id", "conversation_id", "connector", "language")
    return {"version": 1, "at": at, "call": {name: getattr(call, name) for name in ids}}
