"""What a text is: words, or SSML."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
UNSEEN = (("<!--", "-->"), ("<?", "?>"))  # comments, and instructions to programs
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters


def clean(text: str) -> str:
    return NO_XML.sub("", text).strip()


def is_ssml(text: str) -> bool:
    """Whether there are tags, and all of it is well formed. Declarations are none of ours: an entity that
    is declared may grow without bounds."""
    if "<!DOCTYPE" in text or _bare(text) == text:
        return False
    try:
        ET.fromstring(f"<speak>{text}</speak>" if not _is_document(text) else text)  # noqa: S314  # no declarations
    except ET.ParseError:
        return False
    return True


def words_of(text: str) -> str:
    """Without the tags of what is or was meant to be SSML; a text without tags is taken as it is."""
    bare = _bare(text)
    return text if bare == text else " ".join(ENTITY.sub(lambda found: html.unescape(found[0]), bare).split())


def _bare(text: str) -> str:
    for opening, closing in UNSEEN:
        text = _without(text, opening, closing)
    return TAG.sub(" ", text)


def _without(text: str, opening: str, closing: str) -> str:
    """A regular expression would look for the same end again and again."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        kept.append(text[at:start])
        at = end + len(closing)
    return " ".join([*kept, text[at:]])


def escaped(words: str) -> str:
    """Words as SSML: the service reads everything as that."""
    return escape(words)


def _is_document(text: str) -> bool:
    return text.startswith(("<speak", "<?xml"))
