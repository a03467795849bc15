"""Text from elsewhere, made fit to be shown: control characters, and others that nobody can see, are written
as escapes."""

from __future__ import annotations

import re

# Controls, among them those of 8 bits; marks that turn the direction of writing; what separates lines and
# paragraphs; what has no width or no meaning; halves of surrogate pairs. Joiners, which scripts need, stay.
_SIGNS = (
    "\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff"
    "\\ufff0-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e0fff"
)
UNSEEN = re.compile(f"[{_SIGNS}]")
_IN_LINES = re.compile(f"(?![\\n\\t])[{_SIGNS}]")
_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, *, lines: bool = False) -> str:
    """The same text, with escapes for what cannot be seen. `lines`: line ends and tabs stay."""
    return (_IN_LINES if lines else UNSEEN).sub(_escape, text)


def visible_json(text: str) -> str:
    """The same JSON value on one line, with escapes for what cannot be seen."""
    return UNSEEN.sub(_escape_in_json, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    number = ord(character)
    if number > 0xFFFF:
        return f"\\U{number:08x}"
    return _NAMES.get(character) or (f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}")


def _escape_in_json(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
