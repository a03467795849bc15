"""From a text to parts that an engine takes, and from markup to words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ..speech import TextToSpeech

TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|\n+")


def parts(text: str, engine: TextToSpeech) -> Iterator[str]:
    """What the engine is given. Markup that would have to be cut is left out rather than broken."""
    # half of a surrogate pair, which JSON may hold, is no character
    text = text.encode(errors="ignore").decode()
    whole = text.strip()
    if engine.ssml and len(whole.encode()) <= engine.max_bytes:
        return iter([whole] if whole else [])
    return split(plain(text), engine.max_bytes)


def plain(text: str) -> str:
    """The words of a text that may be SSML; a text without tags is taken as it is."""
    if not TAG.search(text):
        return text
    words = TAG.sub(" ", text)
    if TAG.search(words):  # tags inside tags are no markup
        words = words.translate({ord("<"): " ", ord(">"): " "})
    return " ".join(html.unescape(words).split())


def split(text: str, max_bytes: int) -> Iterator[str]:
    """Parts no longer than the engine takes, cut at sentence ends, else at spaces, else anywhere."""
    rest, max_bytes = text.strip(), max(4, max_bytes)
    while rest:
        if len(rest.encode()) <= max_bytes:
            yield rest
            return
        head = rest.encode()[:max_bytes].decode(errors="ignore")
        ends = [match.end() for match in SENTENCE_END.finditer(head)] or [head.rfind(" ") + 1]
        cut = ends[-1] or len(head)
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
