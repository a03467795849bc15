"""From a text to parts that an engine takes."""

from __future__ import annotations

from collections.abc import Iterator

from ...contract.speech import TextToSpeech
from ...contract.texts import sentence_ends
from ...speakable.words import NONE, Pause, Pronunciations, Said, for_voice

TOO_LONG = "a text with SSML is longer than the voice takes: said without"


def parts(
    text: str, engine: TextToSpeech, language: str = "", pronunciations: Pronunciations = NONE
) -> list[str]:
    """What the engine is given."""
    said = wording(text, engine, language, pronunciations)
    return [part for part in said.parts if isinstance(part, str)]


def wording(
    text: str, engine: TextToSpeech, language: str = "", pronunciations: Pronunciations = NONE
) -> Said:
    """What the engine is given, and the pauses between. Markup that would have to be cut is left out rather
    than broken."""
    said = for_voice(text, language, ssml=engine.ssml, pronunciations=pronunciations)
    if said.marked_up and len("".join(map(str, said.parts)).encode()) > engine.max_bytes:
        said = for_voice(text, language, pronunciations=pronunciations)
        said.remarks.append(TOO_LONG)
    if not said.marked_up:
        said.parts = list(_split(said, engine.max_bytes))
    return said


def _split(said: Said, max_bytes: int) -> Iterator[str | Pause]:
    for part in said.parts:
        if isinstance(part, Pause):
            yield part
        else:
            yield from split(part, max_bytes)


def split(text: str, max_bytes: int) -> Iterator[str]:
    """Parts no longer than the engine takes, cut at sentence ends, else at spaces, else anywhere."""
    text, at, max_bytes = text.strip(), 0, max(4, max_bytes)
    while at < len(text):
        head = text[at : at + max_bytes].encode()[:max_bytes].decode(errors="ignore")
        cut = len(head) if at + len(head) == len(text) else _end_in(head)
        yield head[:cut].strip()
        at += cut
        while text[at : at + 1].isspace():
            at += 1


def _end_in(head: str) -> int:
    ends = list(sentence_ends(head)) or [head.rfind(" ") + 1]
    return ends[-1] or len(head)
