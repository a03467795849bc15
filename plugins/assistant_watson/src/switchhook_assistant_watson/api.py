"""The requests of the v2 API: sessions and messages."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import date
from typing import Any
from urllib.parse import quote

import anyio

from switchhook import AssistantError
from switchhook_watson import HttpReply, Service, Timeouts, WatsonError, explain

from .options import AssistantOptions
from .retries import pause_before_again

logger = logging.getLogger(__name__)

FAREWELL = 1.0  # seconds that the end of a call may wait for its session to be deleted
SESSION = 64 * 1024  # bytes of the answer that names one


class Api:
    def __init__(self, service: Service, options: AssistantOptions, version: str = "") -> None:
        """`version`: the one that a call's address names; what is no date counts as none."""
        self.service, self._options = service, options
        self._query = {"version": version if _is_date(version) else options.version}

    async def make_session(self) -> str:
        """Raises WatsonError."""
        try:
            return await self._make_session()
        except WatsonError as error:
            if not await self.may_try_again(error):
                raise
        return await self._make_session()

    async def delete_session(self, session: str) -> None:
        """Also of a call that is being cancelled. A session that stays expires by itself."""
        if not session:
            return
        try:
            with anyio.move_on_after(FAREWELL, shield=True):
                async with self._request("DELETE", f"/sessions/{session}"):
                    pass
        except WatsonError as error:
            logger.debug("a session was not deleted: %s", error.reason)

    def message(
        self, session: str, body: dict[str, Any], timeout: float
    ) -> AbstractAsyncContextManager[HttpReply]:
        """`session` is empty for a message that brings its whole context."""
        form, headers = ("_stream", {"Accept": "text/event-stream"}) if self._options.stream else ("", {})
        path = f"/sessions/{session}/message{form}" if session else f"/message{form}"
        return self._request("POST", path, headers=headers, json=body, timeouts=Timeouts(read=timeout))

    async def may_try_again(self, error: WatsonError) -> bool:
        """Returns when it is time."""
        if error.problem == "status" and error.status == 401:
            self.service.refused()
        pause = pause_before_again(error)
        if pause:
            await anyio.sleep(pause)
        return pause is not None

    async def _make_session(self) -> str:
        timeout = self._options.timeout
        with limited(timeout):
            async with self._request("POST", "/sessions", json={}, timeouts=Timeouts(read=timeout)) as reply:
                if reply.status not in (200, 201):
                    raise await reply.error()
                return _session_in(await reply.read(SESSION))

    def _request(self, method: str, path: str, **more: Any) -> AbstractAsyncContextManager[HttpReply]:
        path = self._options.path + path
        return self.service.http.request(method, path, query=self._query, **more)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _session_in(body: bytes) -> str:
    """As it stands in a path."""
    try:
        session = json.loads(body)["session_id"]
    except (ValueError, LookupError, TypeError, RecursionError):
        session = None
    if not isinstance(session, str) or not 0 < len(session) <= 200:
        raise WatsonError("garbage", detail="expected a session_id")
    return quote(session, safe="")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises WatsonError when they are over."""
    with anyio.move_on_after(seconds) as scope:
        yield
    if scope.cancelled_caught:
        raise WatsonError("timeout")


@contextmanager
def failing(service: Service) -> Iterator[None]:
    """Turns WatsonError into AssistantError."""
    try:
        yield
    except WatsonError as error:
        cause, cure = explain(error, service)
        if error.problem == "status" and error.status == 404:
            cure = (
                "`assistant_id` and `environment_id` are two ids, both on the environment's API details; "
                f"without `environment_id`, `assistant_id` has to be the environment's; {cure}"
            )
        raise AssistantError(f"{cause}; {cure}", reason=error.reason) from error
