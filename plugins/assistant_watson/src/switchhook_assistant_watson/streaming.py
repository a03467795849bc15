"""A streamed answer: which responses its events make, each once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from switchhook import AssistantError, ReplyContext, Response, parse_response
from switchhook_http import object_at, read_out
from switchhook_watson import HttpReply, Service, WatsonError, told_as

from .answer import BODY, MOST, WatsonAnswer, answer_in

LONGEST = 60.0  # seconds for the whole of a stream; the service's own bound is 30
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

    def take(self, event: Any) -> list[Any]:
        """The responses that are complete with this event. Raises WatsonError."""
        if not isinstance(event, dict):
            return []
        if "final_response" in event:
            self.answer = answer_in(event["final_response"])
            return [_unmarked(item) for item in self.answer.items if not self._was_given(item)]
        if "complete_item" in event:
            return [self._give(event["complete_item"])]
        if "error" in event or "errors" in event:
            code = event.get("code")
            raise WatsonError("status", status=code if isinstance(code, int) else 500)
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


class StreamedReply:
    def __init__(
        self, reply: HttpReply, service: Service, take: Callable[[WatsonAnswer], ReplyContext]
    ) -> None:
        self.matched, self.context = True, ReplyContext()
        self._reply, self._service, self._take = reply, service, take

    async def __aiter__(self) -> AsyncIterator[Response]:
        streamed = StreamedAnswer()
        with told_as(AssistantError, self._service):
            async with aclosing(self._reply.events(BODY, LONGEST)) as events:
                async for event in events:
                    for item in streamed.take(event):
                        yield parse_response(item)
                    if streamed.answer is not None:
                        break
                await read_out(events)
            if streamed.answer is None:
                raise WatsonError("broken", detail="the stream ended without a final response")
        self.context = self._take(streamed.answer)


def _id(item: Any) -> Any:
    found = object_at(item, MARK).get("id")
    return found if isinstance(found, int | str) else None


def _unmarked(item: Any) -> Any:
    return {name: value for name, value in item.items() if name != MARK} if isinstance(item, dict) else item


def _likeness(item: Any) -> str:
    """Equal for what a caller would call the same."""
    bare = _unmarked(item)
    if isinstance(bare, dict) and isinstance(bare.get("text"), str):
        bare["text"] = " ".join(bare["text"].split())
    return json.dumps(bare, sort_keys=True)
