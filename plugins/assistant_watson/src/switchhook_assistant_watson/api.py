"""The requests of the v2 API: sessions and messages."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any
from urllib.parse import quote

import anyio

from switchhook_http import Again, twice
from switchhook_watson import HttpReply, Service, Timeouts, WatsonError, within

from .options import AssistantOptions

logger = logging.getLogger(__name__)

FAREWELL = 1.0  # seconds that the end of a call may wait for its session to be deleted
SESSION = 64 * 1024  # bytes of the answer that names one
# A message that was not answered in time, or whose connection broke, may have been read. IBM's own phone
# integration sends it once more all the same, and so do we: silence is worse than an action run twice.
AGAIN = Again(at_once=("connect", "timeout", "broken", 401), later=(429, 503))


class Api:
    def __init__(self, service: Service, options: AssistantOptions, version: str = "") -> None:
        """`version`: the one that a call's address names; what is no date counts as none."""
        self.service, self._options, self._path = service, options, options.path
        self._query = {"version": version if _is_date(version) else options.version}

    async def make_session(self) -> str:
        """As it stands in a path. Raises WatsonError."""
        return await twice(self._make_session, AGAIN)

    async def delete_session(self, session: str) -> None:
        """Also of a call that is being cancelled. A session that stays expires by itself."""
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

    async def _make_session(self) -> str:
        timeout = self._options.timeout
        with within(timeout):
            async with self._request("POST", "/sessions", json={}, timeouts=Timeouts(read=timeout)) as reply:
                await reply.expect(200, 201)
                session = (await reply.object(SESSION)).get("session_id")
        if not isinstance(session, str) or not 0 < len(session) <= 200:
            raise WatsonError("garbage", detail="expected a session_id")
        return quote(session, safe="")

    def _request(self, method: str, path: str, **more: Any) -> AbstractAsyncContextManager[HttpReply]:
        return self.service.http.request(method, self._path + path, query=self._query, **more)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
