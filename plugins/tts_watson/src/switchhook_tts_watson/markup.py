"""What a text is: words, or SSML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from switchhook import plain_text

NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters


def clean(text: str) -> str:
    return NO_XML.sub("", text).strip()


def is_ssml(text: str) -> bool:
    """Whether there are tags, and all of it is well formed. Declarations are none of ours: an entity that
    is declared may grow without bounds."""
    if "<!DOCTYPE" in text or plain_text(text) == text:
        return False
    try:
        ET.fromstring(f"<speak>{text}</speak>" if not _is_document(text) else text)  # noqa: S314  # no declarations
    except ET.ParseError:
        return False
    return True


def escaped(words: str) -> str:
    """Words as SSML: the service reads everything as that."""
    return escape(words)


def _is_document(text: str) -> bool:
    return text.startswith(("<speak", "<?xml"))
