"""The protocol of one recognition WebSocket: messages and time in, orders out. No I/O, no clock."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .media import Media, can_code, media
from .models import MODELS, has_low_latency

IN_QUERY = frozenset(
    (
        "access_token",
        "model",
        "language_customization_id",
        "acoustic_customization_id",
        "base_model_version",
        "x-watson-metadata",
        "x-watson-learning-opt-out",
    )
)
_START = (
    "action content-type content_type interim_results continuous inactivity_timeout low_latency "
    "smart_formatting smart_formatting_version end_of_phrase_silence_time split_transcript_at_phrase_end "
    "speech_detector_sensitivity background_audio_suppression sad_module speech_begin_event "
    "speech_event_sensitivity parameter_set profanity_filter max_alternatives keywords "
    "keywords_threshold word_alternatives_threshold word_confidence timestamps speaker_labels redaction "
    "grammar_name customization_weight character_insertion_bias processing_metrics "
    "processing_metrics_interval audio_metrics"
)
IN_START = frozenset(_START.split())
LEAST, MOST = 100, 100_000_000  # bytes of audio in a request
NO_SPEECH = 30.0  # seconds of audio, unless the request says otherwise
WINDOW, NEEDED = 30.0, 15.0  # of any 30 seconds 15 have to be audio
TIMED_OUT = "Session timed out, no data received in the last 30 seconds."


@dataclass(frozen=True, slots=True)
class Begin:
    media: Media
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Feed:
    audio: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    pass


@dataclass(frozen=True, slots=True)
class Tell:
    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fail:
    """An error message, and the end of the connection with code 1011."""

    error: str


Order = Begin | Feed | Finish | Tell | Fail


class Requests:
    """Several requests may follow one another; the parameters of one hold for the next unless it changes
    them. `scale` shortens the times in which nothing may happen."""

    def __init__(self, query: Mapping[str, str], now: float, scale: float = 1.0) -> None:
        self.model = query.get("model", "en-US_BroadbandModel")
        self._strangers = sorted(set(query) - IN_QUERY)
        self._scale = scale
        self._parameters: dict[str, Any] = {}
        self._running = self._finishing = False
        self._bytes = 0
        self._second = 1  # bytes in a second of audio
        self._seconds = 0.0
        self._came: deque[tuple[float, float]] = deque()  # when how many seconds came
        self._since = now

    @property
    def size(self) -> int:
        """Bytes of audio in this request."""
        return self._bytes

    def text(self, message: str, now: float) -> Iterator[Order]:
        try:
            given = json.loads(message)
        except ValueError:
            given = None
        match given:
            case {"action": "start"} if self._running:
                yield Fail("a request cannot start before the one before it has ended")
            case {"action": "start"}:
                yield from self._start(given, now)
            case {"action": "stop"}:
                yield from self._stop()
            case _:
                yield Fail("unable to parse the message: expected JSON with an action, start or stop")

    def binary(self, data: bytes, now: float) -> Iterator[Order]:
        """An empty message is a stop."""
        if not data:
            yield from self._stop()
        elif not self._running or self._finishing:
            yield Fail("audio came outside of a request: send a start message first")
        elif self._bytes + len(data) > MOST:
            yield Fail(f"Stream is larger than {MOST} bytes.")
        else:
            seconds = len(data) / self._second
            self._bytes += len(data)
            self._seconds += seconds
            self._came.append((now, seconds))
            yield Feed(data)

    def ended(self, now: float) -> Iterator[Order]:
        """The engine has said all it has to say."""
        self._running = self._finishing = False
        self._wait_anew(now)
        yield Tell({"state": "listening"})

    def time(self, now: float, spoke: float) -> Iterator[Order]:
        """To be called now and then; `spoke`: the seconds of audio until which speech was heard."""
        patience = self._parameters.get("inactivity_timeout", NO_SPEECH)
        if self._running and patience != -1 and self._seconds - spoke > patience * self._scale:
            yield Fail(f"No speech detected for {patience:g}s.")
        elif self._finishing:
            self._wait_anew(now)  # the engine takes its time
        elif now - self._since >= WINDOW * self._scale:
            while self._came and self._came[0][0] < now - WINDOW * self._scale:
                self._came.popleft()
            if sum(seconds for _, seconds in self._came) < NEEDED * self._scale:
                yield Fail(TIMED_OUT)

    def _wait_anew(self, now: float) -> None:
        self._came.clear()
        self._since = now

    def _start(self, given: dict[str, Any], now: float) -> Iterator[Order]:
        strangers = [*self._strangers, *sorted(set(given) - IN_START)]
        if strangers:
            yield Tell({"warnings": f"Unknown arguments: {', '.join(strangers)}."})
        known = {name: value for name, value in given.items() if name in IN_START}
        if "content_type" in known:  # as the SDK spells it
            known["content-type"] = known.pop("content_type")
        self._parameters |= known
        what = media(str(self._parameters.get("content-type", "")))
        if error := self._problem(what):
            yield Fail(error)
        elif what is not None:
            self._running, self._bytes, self._seconds = True, 0, 0.0
            self._second = what.audio.bytes_per_second
            self._wait_anew(now)
            yield Begin(what, dict(self._parameters))

    def _problem(self, what: Media | None) -> str:
        if self.model not in MODELS:
            return f"Model {self.model} not found"
        patience = self._parameters.get("inactivity_timeout", NO_SPEECH)
        if isinstance(patience, bool) or not isinstance(patience, int | float):
            return "inactivity_timeout must be a number"
        if self._parameters.get("low_latency") is True and not has_low_latency(self.model):
            return f"low_latency is not a supported feature for model {self.model}"
        if what is None or not can_code(what.audio):
            kind = self._parameters.get("content-type", "none")
            return f"unable to transcode data stream {kind} -> audio/x-float-array"
        return ""

    def _stop(self) -> Iterator[Order]:
        if not self._running or self._finishing:
            return  # there is nothing to be stopped
        if self._bytes < LEAST:
            yield Fail(f"Stream was {self._bytes} bytes but needs to be at least {LEAST} bytes.")
            return
        self._finishing = True
        yield Finish()
