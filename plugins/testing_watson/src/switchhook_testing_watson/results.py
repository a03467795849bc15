"""What an engine hears, in Watson's words. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from switchhook import SpeechStarted, Transcript

Json = dict[str, Any]
CONFIDENCE = 0.9  # where the engine gives none


class Results:
    """The results of one request. Without `interim_results` finals are kept for its end."""

    def __init__(self, model: str, parameters: Mapping[str, Any]) -> None:
        live = parameters.get("interim_results") is True and parameters.get("redaction") is not True
        quick = parameters.get("low_latency") is True or not model.endswith("_Telephony")
        self._live, self._interims = live, live and quick
        self._begins = parameters.get("speech_begin_event") is True
        self._timestamps = parameters.get("timestamps") is True
        self._index = 0
        self._guessed = False
        self._kept: list[Json] = []
        self.spoke = 0.0  # seconds of audio until which speech was heard

    def of(self, heard: SpeechStarted | Transcript) -> Json | None:
        """The message to be sent now, if any."""
        if isinstance(heard, SpeechStarted):
            self.spoke = max(self.spoke, heard.at)
            begin = {"speech_begin_event": {"begin": round(heard.at, 2)}}
            return self._message(begin) if self._begins else None
        if heard.text:
            self.spoke = max(self.spoke, heard.end)
        return self._final(heard) if heard.final else self._interim(heard)

    def last(self) -> Json | None:
        """What was kept."""
        return {"result_index": 0, "results": self._kept} if self._kept else None

    def _interim(self, heard: Transcript) -> Json | None:
        if not self._interims or not heard.text:
            return None
        self._guessed = True
        return self._message({"final": False, "alternatives": [{"transcript": f"{heard.text} "}]})

    def _final(self, heard: Transcript) -> Json | None:
        """Noise that no words were found in has no result, unless there were words for a while."""
        if not heard.text and not self._guessed:
            return None
        confidence = CONFIDENCE if heard.confidence is None else round(heard.confidence, 2)
        best: Json = {"transcript": f"{heard.text} ".lstrip(), "confidence": confidence}
        if self._timestamps:
            best["timestamps"] = _timestamps(heard)
        result = {"final": True, "alternatives": [best]}
        self._guessed = False
        if not self._live:
            self._kept.append(result)
            return None
        message = self._message(result)
        self._index += 1
        return message

    def _message(self, result: Json) -> Json:
        return {"result_index": self._index, "results": [result]}


def _timestamps(heard: Transcript) -> list[list[Any]]:
    """The engine knows where all of it began and ended: its words are spread evenly between."""
    words = heard.text.split()
    each = (heard.end - heard.start) / max(1, len(words))
    return [
        [word, round(heard.start + each * number, 2), round(heard.start + each * (number + 1), 2)]
        for number, word in enumerate(words)
    ]
