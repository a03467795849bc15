"""From a text to parts that an engine takes."""

from __future__ import annotations

from collections.abc import Iterator

from ...contract.speech import TextToSpeech
from ...contract.texts import plain_text, sentence_ends


def parts(text: str, engine: TextToSpeech) -> Iterator[str]:
    """What the engine is given. Markup that would have to be cut is left out rather than broken."""
    # half of a surrogate pair, which JSON may hold, is no character
    text = text.encode(errors="ignore").decode()
    whole = text.strip()
    if engine.ssml and len(whole.encode()) <= engine.max_bytes:
        return iter([whole] if whole else [])
    return split(plain_text(text), engine.max_bytes)


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
