"""The events of a streamed answer: which responses they make, each once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from switchhook_watson import WatsonError

from .answer import MOST, WatsonAnswer, answer_in

MARK = "streaming_metadata"


class StreamedAnswer:
    """An event is an object with one of three members (ibm_watson, MessageStreamResponse): `partial_item`, a
    piece of a text; `complete_item`, a whole response with an id of its own; `final_response`, the answer as
    it would have come unstreamed. A piece is not spoken: a sentence cut anywhere sounds wrong. What of the
    final response was handed out before is known by its id, or by being the same.
    """

    def __init__(self) -> None:
        self.answer: WatsonAnswer | None = None  # once the final response is here
        self._ids: set[Any] = set()
        self._given: Counter[str] = Counter()

    def take(self, data: str) -> list[Any]:
        """The responses that are complete with this event. Raises WatsonError."""
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            raise WatsonError("garbage", detail="expected events of JSON") from None
        if not isinstance(event, dict):
            return []
        if "final_response" in event:
            self.answer = answer_in(event["final_response"])
            return [_unmarked(item) for item in self.answer.items if not self._was_given(item)]
        if "complete_item" in event:
            return [self._give(event["complete_item"])]
        if "error" in event or "errors" in event:
            raise WatsonError("status", status=_code(event))
        return []

    def _give(self, item: Any) -> Any:
        if self._given.total() >= MOST:
            raise WatsonError("garbage", detail=f"more than {MOST} responses")
        self._ids.add(_id(item))
        self._given[_likeness(item)] += 1
        return _unmarked(item)

    def _was_given(self, item: Any) -> bool:
        if _id(item) is not None:
            return _id(item) in self._ids
        self._given[_likeness(item)] -= 1
        return self._given[_likeness(item)] >= 0


def _id(item: Any) -> Any:
    mark = item.get(MARK) if isinstance(item, dict) else None
    found = mark.get("id") if isinstance(mark, dict) else None
    return found if isinstance(found, int | str) else None


def _unmarked(item: Any) -> Any:
    return {name: value for name, value in item.items() if name != MARK} if isinstance(item, dict) else item


def _likeness(item: Any) -> str:
    """Equal for what a caller would call the same."""
    bare = _unmarked(item)
    if isinstance(bare, dict) and isinstance(bare.get("text"), str):
        bare["text"] = " ".join(bare["text"].split())
    return json.dumps(bare, sort_keys=True)


def _code(event: dict[str, Any]) -> int:
    code = event.get("code")
    return code if isinstance(code, int) else 500
