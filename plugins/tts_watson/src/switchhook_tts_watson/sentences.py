"""Cutting a text where one part may be heard while the next is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from .markup import escaped

# not after a title or an initial ("Dr. Lee", "J. Lee"); without a space in Chinese and Japanese
END = re.compile(
    r"(?<!\b[A-Z]\.)(?<!\b(?:Dr|Mr|Ms|St)\.)(?<!\bMrs\.)(?<=[.!?…])[\"')\]\u2019\u201d]*\s+|\n+|(?<=[\u3002\uff01\uff1f])"
)
SHORTEST = 20  # characters: shorter ones are spoken with the next, for the sake of their melody


def sentences(words: str, most: int) -> Iterator[str]:
    """Each of at most `most` bytes once it is escaped."""
    held = ""
    for part in _ends(words):
        joined = f"{held} {part}".strip()
        if held and len(escaped(joined).encode()) > most:
            yield held
            joined = part
        if len(joined) < SHORTEST:
            held = joined
            continue
        held = ""
        yield from _fitting(joined, most)
    if held:
        yield held


def _ends(words: str) -> Iterator[str]:
    cuts = [0, *(match.end() for match in END.finditer(words)), len(words)]
    for start, end in pairwise(cuts):
        if part := words[start:end].strip():
            yield part


def _fitting(words: str, most: int) -> Iterator[str]:
    """Cut at a space, else anywhere."""
    at = 0
    while at < len(words):
        head = words[at : at + most]
        while len(head) > 1 and len(escaped(head).encode()) > most:
            head = head[: len(head) * 3 // 4]
        cut = len(head) if at + len(head) == len(words) else head.rfind(" ") + 1 or len(head)
        if part := head[:cut].strip():
            yield part
        at += cut
