"""Answers upgrade requests before there is a WebSocket."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from http import HTTPStatus

import anyio

from switchhook import Busy, TokenBucket
from switchhook_audiohook.signature import UpgradeRequest
from switchhook_websocket import Request, Response, ServerSocket, Tally

from . import health
from .admission import Admission
from .cures import Reason, cure
from .upgrade import Admitted, Gate, Refused

logger = logging.getLogger(__name__)

REFUSAL_TIME = 0.5  # seconds from the request to the answer, whatever was wrong with it
MAX_WAITING = 150  # refusals that wait for that time; more are answered at once, so that others may come in
LOG_RATE, LOG_BURST = 1.0, 20  # lines a second about refusals of one reason
LEFT_OUT = 10.0  # seconds between two lines about refusals that had no line of their own


class Door:
    def __init__(self, gate: Gate, admission: Admission) -> None:
        self.gate, self.admission = gate, admission  # replaced when they change
        self._clock = asyncio.get_running_loop().time
        self._waiting = 0
        # one for each of the few reasons: a flood without keys hides no refusal of somebody who has one
        self._lines: dict[str, TokenBucket] = {}
        self.left_out = Tally(LEFT_OUT, _tell_left_out)

    async def answer(self, socket: ServerSocket, request: Request) -> Response | Admitted:
        began = self._clock()
        if (told := health.answer(self.admission.reception, socket, request)) is not None:
            return told
        asked = UpgradeRequest(request.method, request.path, "", list(request.headers.raw_items()))
        judged = await self.gate.judge(asked, socket.host, time.time())
        if isinstance(judged, Admitted):
            # Genesys tries a call again that is given back after `open`, and none that is refused here
            refuses = self.admission.settings.when_full == "refuse"
            full = await self.admission.full(judged) if refuses else None
            if full is None or full is Busy.STOPPING:
                if judged.replayed:
                    logger.warning("a signed request came again, session %s", judged.session_id)
                return judged
            judged = Refused(HTTPStatus.SERVICE_UNAVAILABLE, full, judged.details)
        self._report(judged)
        if judged.delay and self._waiting < MAX_WAITING:
            self._waiting += 1
            try:
                await anyio.sleep_until(began + REFUSAL_TIME)
            finally:
                self._waiting -= 1
        return socket.respond(judged.status)

    def trusts(self, host: str) -> bool:
        return self.gate.trusts(host)

    def too_large(self, remote: str) -> None:
        """A request over the limits: it was refused before anything in it was looked at."""
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        self._report(Refused(status, Reason.TOO_LARGE, {"remote": remote}))

    def _report(self, refused: Refused) -> None:
        self.admission.reception.refused(refused.reason, refused.details)
        self.admission.reception.measured("upgrades_refused", 1, {"reason": refused.reason})
        bucket = self._lines.get(refused.reason) or TokenBucket(LOG_RATE, LOG_BURST, self._clock())
        self._lines[refused.reason] = bucket
        if not bucket.take(self._clock()):
            self.left_out.add(refused.reason)
        else:
            form = "upgrade from %s refused: %d, %s; correlation %s; likely cure: %s"
            remote, correlation = refused.details["remote"], refused.details.get("correlation_id", "unknown")
            logger.warning(form, remote, refused.status, refused.reason, correlation, cure(refused.reason))


def _tell_left_out(counts: Mapping[str, int]) -> None:
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))
    logger.warning("%d more upgrades refused, left out here: %s", sum(counts.values()), reasons)
