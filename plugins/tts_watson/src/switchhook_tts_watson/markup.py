"""What a text is: words, or SSML."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters


def clean(text: str) -> str:
    return NO_XML.sub("", text).strip()


def is_ssml(text: str) -> bool:
    """Whether there are tags, and all of it is well formed. Declarations are none of ours: an entity that
    is declared may grow without bounds."""
    if not TAG.search(text) or "<!DOCTYPE" in text:
        return False
    try:
        ET.fromstring(f"<speak>{text}</speak>" if not _is_document(text) else text)  # noqa: S314  # no declarations
    except ET.ParseError:
        return False
    return True


def words_of(text: str) -> str:
    """Without the tags of what is or was meant to be SSML; a text without tags is taken as it is."""
    if not TAG.search(text):
        return text
    return " ".join(html.unescape(TAG.sub(" ", text)).split())


def escaped(words: str) -> str:
    """Words as SSML: the service reads everything as that."""
    return escape(words)


def _is_document(text: str) -> bool:
    return text.startswith(("<speak", "<?xml"))
