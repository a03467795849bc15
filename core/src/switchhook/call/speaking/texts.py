"""From a text to parts that an engine takes, and from markup to words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ...contract.speech import TextToSpeech

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
UNSEEN = (("<!--", "-->"), ("<?", "?>"))  # comments, and instructions to programs
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
    bare = text
    for opening, closing in UNSEEN:
        bare = _without(bare, opening, closing)
    words = TAG.sub(" ", bare)
    if words == text:
        return text
    if TAG.search(words):  # tags inside tags are no markup
        words = words.translate({ord("<"): " ", ord(">"): " "})
    return " ".join(ENTITY.sub(lambda found: html.unescape(found[0]), words).split())


def _without(text: str, opening: str, closing: str) -> str:
    """A regular expression would look for the same end again and again."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        kept.append(text[at:start])
        at = end + len(closing)
    return " ".join([*kept, text[at:]])


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
    ends = [match.end() for match in SENTENCE_END.finditer(head)] or [head.rfind(" ") + 1]
    return ends[-1] or len(head)
