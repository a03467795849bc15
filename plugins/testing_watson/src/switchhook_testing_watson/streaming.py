"""`message_stream`: a reply as server-sent events. No I/O.

The forms are those of the SDK's models of the stream (`PartialItem`, `CompleteItem`, `FinalResponse`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def event(data: Json, name: str = "message") -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def item_events(item: Json, number: int) -> Iterator[bytes]:
    """A text comes word by word, then whole; what is no text comes whole only."""
    mark = {"streaming_metadata": {"id": number}}
    if item.get("response_type") == "text" and isinstance(item.get("text"), str):
        for word in re.findall(r"\s*\S+\s*", item["text"]):
            yield event({"partial_item": {"response_type": "text", "text": word, **mark}})
    yield event({"complete_item": {**item, **mark}})


def final_event(reply: Json, items: int) -> bytes:
    mark = {"streaming_metadata": {"streaming_metadata": {"id": items}}}
    return event({"final_response": {**reply, "output": {**reply["output"], **mark}}})
