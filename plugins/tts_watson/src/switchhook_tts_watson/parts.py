"""Cutting a text where one part may be heard while the next is made."""

from __future__ import annotations

from collections.abc import Iterator

from switchhook import sentences

from .markup import escaped

SHORTEST = 20  # characters: shorter ones are spoken with the next, for the sake of their melody


def parts(words: str, most: int) -> Iterator[str]:
    """Each of at most `most` bytes once it is escaped."""
    held = ""
    for part in sentences(words):
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
