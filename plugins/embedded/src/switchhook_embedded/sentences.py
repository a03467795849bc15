"""Cutting a text into sentences, so that the first is heard while the next is made."""

from __future__ import annotations

import re

# not after a title or an initial ("Dr. Lee", "J. Lee")
END = re.compile(r"(?<!\b[A-Z]\.)(?<!\b(?:Dr|Mr|Ms|St)\.)(?<!\bMrs\.)(?<=[.!?…])[\"')\]\u2019\u201d]*\s+|\n+")


def sentences(text: str) -> list[str]:
    cuts = [match.end() for match in END.finditer(text)]
    parts = [text[start:end].strip() for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    return [part for part in parts if part]
