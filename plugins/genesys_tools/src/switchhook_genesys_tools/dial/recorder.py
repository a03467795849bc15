"""What is kept of a call: who said what, as heard on the caller's clock, and every message."""

from __future__ import annotations

import json
import re
from array import array
from typing import TYPE_CHECKING, Any

from switchhook import wav_file

from .playback import RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from switchhook import Codec

    from .playback import Segment

MASK = "•"
_TELLING = re.compile(r"pin|passw|secret|token|card|cvv|ssn|iban", re.IGNORECASE)  # names of such variables


def stereo(caller: Sequence[bytes], bot: Sequence[Segment], origin: float, codec: Codec) -> bytes:
    """A WAV file: the caller left, the bot right. `origin` is when the first byte of `caller` sounded."""
    left = array("h", codec.decode(b"".join(caller)))
    ends = [round((segment.at - origin) * RATE) + len(segment.audio) for segment in bot]
    length = max([len(left), *ends])
    both = array("h", bytes(4 * length))
    both[0 : 2 * len(left) : 2] = left
    for segment in bot:
        heard = array("h", codec.decode(bytes(segment.audio)))
        start = round((segment.at - origin) * RATE)
        both[2 * start + 1 : 2 * (start + len(heard)) + 1 : 2] = heard
    return wav_file(both.tobytes(), RATE, channels=2)


class MessageLog:
    """Messages as they went over the wire, audio as its size. Digits, and variables whose name tells of a
    secret, are masked as they come in, so that they are nowhere to be found."""

    def __init__(self, *, show_digits: bool = False) -> None:
        self.lines: list[dict[str, Any]] = []
        self._show_digits = show_digits

    def audio(self, at: float, direction: str, size: int) -> None:
        self.lines.append({"time": round(at, 3), "direction": direction, "audio": size})

    def message(self, at: float, direction: str, message: Mapping[str, Any]) -> None:
        line = {"time": round(at, 3), "direction": direction, "message": self._masked(message)}
        self.lines.append(line)

    def write(self, file: Path) -> None:
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines)

    def _masked(self, message: Mapping[str, Any]) -> dict[str, Any]:
        parameters = message.get("parameters")
        if not isinstance(parameters, dict):
            return dict(message)
        masked = dict(parameters)
        if "digit" in masked and not self._show_digits:
            masked["digit"] = MASK
        for key in ("inputVariables", "outputVariables"):
            if isinstance(masked.get(key), dict):
                masked[key] = masked_variables(masked[key])
        return {**message, "parameters": masked}


def masked_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: MASK if _TELLING.search(name) else value for name, value in variables.items()}
