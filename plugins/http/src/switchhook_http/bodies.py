"""What the body of an answer holds, and its end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio

from .errors import HttpError

END = 0.1  # seconds that the end of a stream may come after its last part


def json_in(text: str | bytes) -> Any:
    """Raises HttpError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HttpError("garbage", "expected JSON") from None


def json_object(text: str | bytes) -> dict[str, Any]:
    """Raises HttpError."""
    said = json_in(text)
    if not isinstance(said, dict):
        raise HttpError("garbage", "expected an object")
    return said


def object_at(value: object, *path: str) -> dict[str, Any]:
    """The object in JSON that lies at that path; an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


async def read_out(parts: AsyncIterator[object]) -> None:
    """What comes behind the last part that counts: a connection can be used again only when all was read."""
    with anyio.move_on_after(END):
        async for _ in parts:
            pass
