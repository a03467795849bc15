"""Turns what authors write (plain text, Markdown, SSML, some HTML) into what a voice is given.

The result either has tags, and then it is well-formed SSML, or it has none, and then it is plain text in
which `&` and `<` mean themselves.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from switchhook import Action, Remark, Say, Speech
from switchhook import to_speech as read

LONGEST = 10_000  # bytes of one text: ten minutes of sound

TAG = re.compile(r"<[/]?[a-zA-Z][^<>]*>")
ROOT = re.compile(r"^<speak\b[^<>]*>(.*)</speak\s*>$", re.DOTALL)
SENTENCE_ENDS = (".", "!", "?", ":", ";", ",", "\u2026", ">")


def to_speech(text: str) -> str:
    return read(text).text


def said(text: str) -> list[Action]:
    """A text that nothing has bounded yet: it is cut if it is too long, which is remarked."""
    short = shortened(text)
    speech = read(short)
    actions: list[Action] = [Say(speech.text)] if speech.text else []
    actions += mended([speech])
    return actions if short == text else [*actions, Remark(f"a text longer than {LONGEST} bytes was cut")]


def mended(speeches: Iterable[Speech]) -> Iterator[Remark]:
    """Remarks on what was left out of texts, or mended."""
    return map(Remark, dict.fromkeys(speech.remark for speech in speeches if speech.remark))


def shortened(text: str, most: int = LONGEST) -> str:
    """At most that many bytes of it."""
    head = text[:most].encode(errors="replace")
    return text if len(text) <= most and len(head) <= most else head[:most].decode(errors="ignore")


def join(frames: Iterable[str], texts: Iterable[str]) -> str:
    """One text of many, each in its frame (`"1. {}"`) and each a sentence; empty ones are left out."""
    return join_all(frames, map(read, texts))


def join_all(frames: Iterable[str], speeches: Iterable[Speech]) -> str:
    pairs = [(frame, speech.text) for frame, speech in zip(frames, speeches, strict=True)]
    ssml = any(TAG.search(frame) or TAG.search(speech) for frame, speech in pairs)
    framed = [frame.replace("{}", _as_ssml(speech) if ssml else speech) for frame, speech in pairs if speech]
    text = " ".join(each if each.endswith(SENTENCE_ENDS) else f"{each}." for each in framed)
    if not ssml and TAG.search(text):  # a < in one plain text and a > in a later one were no tag before
        text = text.translate({ord("<"): " ", ord(">"): " "})
    return Speech(text).text


def _as_ssml(speech: str) -> str:
    """A part of a larger text: without a root of its own, and what was plain text is escaped."""
    if not TAG.search(speech):
        return html.escape(speech, quote=False)
    root = ROOT.match(speech)
    return root[1].strip() if root else speech
