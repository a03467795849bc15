"""The audio webhook, in the form in which IBM's Audio Connector posts what callers record."""

from __future__ import annotations

import json
import logging
import secrets
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import anyio

from switchhook import AudioFormat
from switchhook_http import (
    HttpError,
    Pool,
    PublicConnections,
    Timeouts,
    ascii_host,
    seconds_in,
    shown_address,
    token,
)

from .message import swapped

logger = logging.getLogger(__name__)

TYPES = {"PCMU": "audio/mulaw", "PCMA": "audio/PCMA", "L16": "audio/L16", "PCM": "audio/L16"}
TRIES, PAUSE = 3, 1.0  # seconds until the second, twice that until the third
LONGEST_PAUSE = 30.0  # seconds, where it asks for more
LATER = (408, 425, 429)  # statuses that another try may change, of those that are said to be our fault
VALID = 30  # seconds that a token is
CLAIMS = {"sub": "audio_recording", "iss": "switchhook"}
MOST_ANSWER = 64 * 1024  # bytes


class WebhookError(Exception):
    """It did not take the recording. The text names the address without its query, and why."""


class Webhook:
    """`hosts`: those that may be reached without TLS, and in a private network."""

    def __init__(self, url: str, secret: str, hosts: Sequence[str], patience: float) -> None:
        self._url, self._secret, self._patience = url, secret, patience
        self._pool = Pool(ssl.create_default_context(), PublicConnections(hosts), most=100)

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def post(self, metadata: Mapping[str, str], audio: AudioFormat, sound: bytes) -> None:
        """Tries again for a while. Raises WebhookError."""
        boundary = secrets.token_hex(16)
        body = form(metadata, audio, sound, boundary)
        problem, pause = "", 0.0
        for attempt in range(TRIES):
            if attempt:
                await anyio.sleep(max(PAUSE * attempt, pause))
            problem, status, pause = await self._try(body, boundary)
            if not problem:
                return
            if status // 100 == 4 and status not in LATER:
                break  # it will say the same again
        raise WebhookError(f"{shown_address(self._url)}: {problem}")

    async def _try(self, body: bytes, boundary: str) -> tuple[str, int, float]:
        """Why it was not taken, empty if it was; the status, 0 where there is none; and for how many seconds
        it asks to be left alone."""
        headers = {
            "Authorization": f"Bearer {token(self._secret, CLAIMS, VALID)}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "User-Agent": "switchhook",
        }
        timeouts = Timeouts(min(3.0, self._patience), self._patience)
        problem, status, pause = f"no answer within {self._patience:g} s", 0, 0.0
        with anyio.move_on_after(self._patience):
            try:
                async with self._pool.request("POST", self._url, headers, body, timeouts) as answer:
                    await answer.read(MOST_ANSWER)
                    status = answer.status
                    problem = "" if status // 100 == 2 else f"it answers {status}"
                    pause = min(seconds_in(answer.headers.get("retry-after", "")) or 0.0, LONGEST_PAUSE)
            except HttpError as error:
                problem = error.name or error.problem
        return problem, status, pause


def form(metadata: Mapping[str, str], audio: AudioFormat, sound: bytes, boundary: str) -> bytes:
    if audio.encoding == "PCM":
        sound = swapped(sound)
    parts = (
        ('name="metadata"', "application/json", json.dumps(metadata).encode()),
        (
            f'name="audio_recording"; filename="{metadata["recording_id"]}.wav"',
            f"{TYPES[audio.encoding]};rate={audio.rate}",
            sound,
        ),
    )
    lines = [
        f"--{boundary}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {kind}\r\n\r\n".encode()
        + data
        for name, kind, data in parts
    ]
    return b"\r\n".join([*lines, f"--{boundary}--\r\n".encode()])


def instant(time_of_day: datetime) -> str:
    return time_of_day.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_url(url: str, hosts: Sequence[str]) -> str:
    """Raises ValueError."""
    parts = urlsplit(url)
    if parts.username is not None or not parts.hostname:
        raise ValueError("expected an address without a user's name in it")
    if parts.scheme != "https" and not (parts.scheme == "http" and ascii_host(parts.hostname) in hosts):
        raise ValueError("expected an https address, or its host among `hosts`")
    return url
