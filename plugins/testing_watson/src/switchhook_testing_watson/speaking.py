"""What Text to Speech is asked to say, and in which form. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from switchhook import AudioFormat, TextToSpeech, codec_for

from .answers import Refusal
from .media import Media, can_code, media, swap, wav_header
from .models import DEFAULT_VOICE, voice_named

LONGEST = 5_000  # bytes, markup included
WAV_RATE = 22_050  # where none is asked for
PARAMETERS = ("customization_id", "rate_percentage", "pitch_percentage", "spell_out_mode")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One text to be spoken. `type` is the content type of the answer."""

    text: str
    voice: str
    type: str
    media: Media
    parameters: Mapping[str, Any]

    @property
    def language(self) -> str:
        return self.voice[:5]


def wanted(text: object, accept: str, query: Mapping[str, str]) -> Wanted:
    """Raises Refusal."""
    name = query.get("voice", DEFAULT_VOICE)
    voice = voice_named(name)
    if voice is None:
        raise Refusal(404, f"Model {name[:100]} not found")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, "The required parameter 'text' is missing or empty")
    if len(text.encode(errors="replace")) > LONGEST:
        raise Refusal(400, f"The text is longer than {LONGEST} bytes")
    words(text)
    what = media(accept, default_rate=WAV_RATE)
    if what is None or not can_code(what.audio) or (what.swapped and what.wav):
        raise Refusal(406, "Not Acceptable")
    parameters = {"voice": name, **{key: query[key] for key in PARAMETERS if key in query}}
    return Wanted(text, voice, accept, what, parameters)


def words(text: str) -> str:
    """Without its markup. Raises Refusal: a plain text is read as SSML too, so `&` and `<` are escaped."""
    if "<!" in text:
        raise Refusal(400, "Invalid SSML: declarations are not allowed")
    text = text.strip()
    whole = text if text.startswith(("<speak", "<?xml")) else f"<speak>{text}</speak>"
    try:
        spoken = ET.fromstring(whole.encode(errors="replace"))  # noqa: S314  # short, and without entities of its own
    except ET.ParseError as error:
        raise Refusal(400, f"Invalid SSML: {error}") from None
    return " ".join(" ".join(spoken.itertext()).split())


class Voice:
    """An engine, asked in its own formats; what it gives is coded as the client wants it."""

    def __init__(self, engine: TextToSpeech, what: Wanted) -> None:
        audio = what.media.audio
        direct = audio in engine.formats
        self._media = what.media
        self._codec = None if direct or audio.encoding == "PCM" else codec_for(audio)
        self.audio = audio if direct else AudioFormat("PCM", audio.rate)
        self.text = what.text if engine.ssml else words(what.text)
        self.head = wav_header(audio.rate) if what.media.wav else b""

    def coded(self, chunk: bytes) -> bytes:
        if self._codec is not None:
            return self._codec.encode(chunk)
        return swap(chunk) if self._media.swapped else chunk


def timings(text: str, seconds: float) -> list[list[Any]]:
    """When each word is spoken, as if all took as long."""
    spoken = words(text).split()
    each = seconds / max(1, len(spoken))
    return [
        [word, round(number * each, 3), round((number + 1) * each, 3)] for number, word in enumerate(spoken)
    ]
