"""One caller of `load.py`, whose frames are built before the call: it costs less than what it calls.

A caller listens, speaks at a human pace, interrupts, presses keys and hangs up; what is played to him takes
the time that it sounds, and Genesys' messages about that are sent when it begins and ends.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import secrets
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from load_backends import NUMBER, PROMPT, SILENCE, stamped
from load_wire import BINARY, CLOSE, MASK, PING, PONG, TEXT, ClientWire, Frame, built
from process import KEY, SECRET

from switchhook import Busy
from switchhook_audiohook.protocol.durations import format_duration
from switchhook_audiohook.signature import UpgradeRequest, sign

PERIOD = 0.2  # seconds of a frame
FRAME = 1_600  # bytes
SPOKEN = (5, 12)  # frames of an utterance: 1.0 to 2.4 s
PAUSES = (2, 8)  # frames before one, and after a prompt
CUTS_IN = 1.0  # seconds of a prompt after which somebody interrupts it
PATIENCE = 50  # frames for an answer to begin
PINGS = 25  # frames between two
PLANS: tuple[Literal["speak", "interrupt", "keys"], ...] = ("speak", "speak", "interrupt", "speak", "keys")

SILENT = built(BINARY, bytes([SILENCE]) * FRAME, MASK)


@dataclass
class Found:
    """Of all callers in this process. Times in seconds."""

    frames: int = 0
    calls: int = 0  # that have ended as they should
    turns: int = 0  # that were answered
    whole: int = 0  # prompts that nobody interrupted, and that came as long as they were made
    torn: int = 0
    silent: int = 0  # turns without an answer
    stale: int = 0  # pieces of an old prompt after it was interrupted
    starved: int = 0  # prompts with a hole in them
    errors: list[str] = field(default_factory=list)
    refused: int = 0  # calls that were given back
    opening: list[float] = field(default_factory=list)  # from `open` to `opened`
    greeting: list[float] = field(default_factory=list)  # from `opened` to the first sound
    sound: list[float] = field(default_factory=list)  # from the voice's first byte to the caller
    barges: dict[int, list[float]] = field(default_factory=dict)  # when `barge_in` came


class Streamer(ClientWire):
    """Only streams: to a relay that knows no AudioHook."""

    refused = False  # the call was given back

    def __init__(self, host: str, path: str, number: int, found: Found) -> None:
        super().__init__(host, path, self.headers(host, path))
        self.found, self.number = found, number
        # a payload whose first four bytes are the caller's number, and the rest loud
        self._voice = built(BINARY, NUMBER.pack(number) + b"\x20" * (FRAME - 4), MASK)

    def headers(self, _host: str, _path: str) -> list[tuple[str, str]]:
        return []

    async def start(self) -> bool:
        await self.ready.wait()
        if self.refusal:
            self.found.errors.append(self.refusal)
        return not self.refusal

    def beat(self) -> None:
        """Once a period."""
        self.found.frames += 1
        self.transport.write(self._voice)

    def frame(self, frame: Frame) -> None:
        if frame.opcode == PING:
            self.send(PONG, frame.payload())

    def hang_up(self) -> None:
        self.transport.close()


class Listener(Streamer):
    """Speaks AudioHook; is heard, and says nothing."""

    def headers(self, host: str, path: str) -> list[tuple[str, str]]:
        self._ids = [str(uuid.uuid4()) for _ in range(3)]
        names = ("Audiohook-Session-Id", "Audiohook-Organization-Id", "Audiohook-Correlation-Id")
        headers = list(zip(names, self._ids, strict=True))
        request = UpgradeRequest("GET", path, host, headers)
        return headers + sign(request, KEY, base64.b64decode(SECRET), time.time(), secrets.token_urlsafe(18))

    async def start(self) -> bool:
        self._seq = self._heard_seq = self._sent = 0
        self._opened, self._asked_at = asyncio.Event(), time.monotonic()
        self._first_sound_after: float | None = None
        self._hung_up = False
        if not await super().start():
            return False
        self._asked_at = time.monotonic()
        media = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}
        who = {"id": self._ids[2], "ani": "tel:+4915550100", "aniName": "Kim", "dnis": "tel:+4930555010"}
        about = {"organizationId": self._ids[1], "conversationId": self._ids[2], "participant": who}
        self.tell("open", {**about, "media": [media], "language": "en-US"})
        await self._opened.wait()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if self.upgraded and not self._hung_up:
            self.found.errors.append(f"a caller was cut off: {error}")
        self._opened.set()

    def tell(self, kind: str, parameters: dict[str, Any]) -> None:
        self._seq += 1
        message = {"version": "2", "id": self._ids[0], "type": kind, "seq": self._seq}
        message |= {"serverseq": self._heard_seq, "position": format_duration(self._sent * PERIOD)}
        self.send(TEXT, json.dumps({**message, "parameters": parameters}).encode())

    def beat(self) -> None:
        self._sent += 1
        if self._sent % PINGS == self.number % PINGS:
            self.tell("ping", {})
        self.found.frames += 1
        self.transport.write(self.sound())

    def sound(self) -> bytes:
        return SILENT

    def frame(self, frame: Frame) -> None:
        if frame.opcode == BINARY:
            self.hear(frame.payload())
        elif frame.opcode == TEXT:
            message = json.loads(frame.payload())
            self._heard_seq = message["seq"]
            self.told(message)
        elif frame.opcode == CLOSE:
            self.transport.close()
        else:
            super().frame(frame)

    def told(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "opened":
                now = time.monotonic()
                self.found.opening.append(now - self._asked_at)
                self._first_sound_after = now
                self._opened.set()
            case "disconnect":
                self.refused = message["parameters"].get("info") in {*Busy}
                if self.refused:
                    self.found.refused += 1
                else:
                    self.found.errors.append(f"disconnect: {message['parameters']}")
                self._opened.set()
                self.hang_up()
            case "closed":
                self.transport.close()

    def hear(self, audio: bytes) -> None: ...

    def hang_up(self) -> None:
        if not self._hung_up:
            self._hung_up = True
            self.tell("close", {"reason": "end"})


class Talker(Listener):
    """A whole call of so many turns."""

    turns = 4

    async def start(self) -> bool:
        self._random = random.Random(self.number)  # of one run as of another
        self._plans: deque[str] = deque()
        self._plan, self._done = "listen", 0
        self._left = self._pause = 0
        self._owed, self._patience = True, PATIENCE  # the greeting
        self._playing = self._cut = False
        self._began = self._ends = 0.0
        self._heard = 0
        return await super().start()

    # --- What the caller does

    def sound(self) -> bytes:
        if self._left:
            self._left -= 1
            if not self._left:
                self._owed, self._patience, self._heard = True, PATIENCE, 0
            return self._voice
        self._think()
        return SILENT

    def _think(self) -> None:
        if self._playing:
            if self._plan == "interrupt" and time.monotonic() > self._began + CUTS_IN:
                self._plan = "listen"
                self._speak()
        elif self._owed:
            self._patience -= 1
            if not self._patience:
                self.found.silent += 1
                self._answered()
        elif self._pause:
            self._pause -= 1
        elif self._done > self.turns:
            self.found.calls += not self._hung_up
            self.hang_up()
        elif self._plan == "keys":
            for digit in "42#":
                self.tell("dtmf", {"digit": digit})
            self._plan = "listen"
            self._owed, self._patience, self._heard = True, PATIENCE, 0
        else:
            self._speak()

    def _speak(self) -> None:
        self._left = self._random.randint(*SPOKEN)

    def _answered(self) -> None:
        """Of a prompt, all that will be heard was heard."""
        self._owed = False
        self._done += 1
        self._pause = self._random.randint(*PAUSES)
        if not self._plans:
            self._plans.extend(self._random.sample(PLANS, len(PLANS)))
        self._plan = self._plans.popleft()

    # --- What he hears

    def hear(self, audio: bytes) -> None:
        now = time.monotonic()
        if self._first_sound_after is not None:
            self.found.greeting.append(now - self._first_sound_after)
            self._first_sound_after = None
        made = stamped(audio)
        # greetings come from the cache, and an answer behind another waits until that was heard
        if made is not None and self._done and not self._playing:
            self.found.sound.append(now - made)
        if made is None and not self._playing:
            if self._cut:
                self.found.stale += 1
                return
            self.found.starved += 1
        self._cut = False
        if not self._playing:
            self._playing, self._began, self._ends = True, now, now
            self.tell("playback_started", {})
            self._watch()
        self._heard += len(audio)
        self._ends += len(audio) / 8000

    def _watch(self) -> None:
        later = max(0.05, self._ends - time.monotonic())
        asyncio.get_running_loop().call_later(later, self._run_dry)

    def _run_dry(self) -> None:
        if not self._playing or self.transport.is_closing():
            return
        if self._ends > time.monotonic() + 0.001:
            self._watch()
            return
        self._fall_silent()
        if not self._left and self._owed:
            self.found.turns += 1
            whole = self._heard % PROMPT == 0
            self.found.whole += whole
            self.found.torn += not whole
            self._answered()

    def _fall_silent(self) -> None:
        self._playing = False
        self.tell("playback_completed", {})

    def told(self, message: dict[str, Any]) -> None:
        super().told(message)
        if message["type"] == "event" and any(
            each["type"] == "barge_in" for each in message["parameters"]["entities"]
        ):
            self.found.barges.setdefault(self.number, []).append(time.monotonic())
            if self._playing:
                self._cut = True
                self._fall_silent()
