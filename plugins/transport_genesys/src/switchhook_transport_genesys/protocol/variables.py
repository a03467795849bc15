"""Output variables: strings only, and within one message."""

from __future__ import annotations

import json
from collections.abc import Mapping


def as_text(value: object) -> str | None:
    """As a flow compares it: "true", "7", JSON text for what has parts; None for null."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def as_texts(values: Mapping[str, object]) -> dict[str, str]:
    texts = {name: as_text(value) for name, value in values.items()}
    return {name: text for name, text in texts.items() if text is not None}


def fit(values: Mapping[str, str], limit: int) -> tuple[dict[str, str], list[str]]:
    """Those that fit into `limit` bytes of JSON, and the names of those left out. The longest go first:
    a cut value could be taken for a whole one, so none is cut."""
    sizes = {name: len(_written({name: text})) for name, text in values.items()}
    kept: set[str] = set()
    for name in sorted(values, key=sizes.__getitem__):
        limit -= sizes[name]
        if limit < 0:
            break
        kept.add(name)
    return {n: t for n, t in values.items() if n in kept}, [n for n in values if n not in kept]


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
