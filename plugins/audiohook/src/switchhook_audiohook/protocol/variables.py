"""Output variables: strings only, and within one message."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .reading import finite


def as_text(value: object) -> str | None:
    """As a flow compares it: "true", "7", JSON text for what has parts; None for null and 1e999."""
    if value is None or isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        value = finite(value)
        return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def as_texts(values: Mapping[str, object]) -> dict[str, str]:
    texts = {name: as_text(value) for name, value in values.items()}
    return {name: text for name, text in texts.items() if text is not None}


def those_that_fit(values: Mapping[str, str], limit: int) -> tuple[dict[str, str], list[str]]:
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
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
