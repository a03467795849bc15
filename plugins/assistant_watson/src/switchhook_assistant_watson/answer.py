"""What comes back: responses, and what the context says to the call."""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from switchhook import ReplyContext, Response, parse_response
from switchhook_http import object_at
from switchhook_watson import Once, WatsonError

from .message import TELEPHONY, VARIABLES

logger = logging.getLogger(__name__)

BODY = 2 * 1024 * 1024  # bytes of one answer
MOST = 500  # responses in it
LONGEST = 3600.0  # seconds that a timer may be set to

# by what it sets: its path in `voice_telephony`, and the variable of IBM's Voice Gateway that did the same
TIMERS = {
    "post_response": (("post_response_timeout_count",), "vgwPostResponseTimeoutCount"),
    "final_utterance": (("final_utterance_timeout_count",), "vgwFinalUtteranceTimeout"),
    "answer": (("turn_settings", "timeout_count"), "vgwConversationResponseTimeout"),
}


@dataclass(frozen=True, slots=True)
class WatsonAnswer:
    """`items` are those of `output.generic`; `context` is empty where none came."""

    items: list[Any]
    context: dict[str, Any]


def answer_in(said: object) -> WatsonAnswer:
    """`said`: the JSON of an answer. All of it but `output` may be missing. Raises WatsonError."""
    output = said.get("output") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(output, dict):
        raise WatsonError("garbage", detail="expected an object with `output`")
    items = output.get("generic")
    items = items if isinstance(items, list) else []
    if len(items) > MOST:
        raise WatsonError("garbage", detail=f"more than {MOST} responses")
    return WatsonAnswer(items, object_at(said, "context"))


class WholeReply:
    """An assistant does not say whether it understood: intents may be empty in the middle of an action, and a
    fallback is an action like others. So an input counts as not understood where nothing is said to it."""

    def __init__(self, items: list[Any], context: ReplyContext) -> None:
        self.matched, self.context, self._items = bool(items), context, items

    async def __aiter__(self) -> AsyncIterator[Response]:
        for item in self._items:
            yield parse_response(item)


@dataclass
class ContextReader:
    """Of one call: a value that makes no sense is warned about once."""

    call: str
    timeout: float  # seconds to wait for an answer, from the next one on
    _warned: Once = field(default_factory=Once)

    def read(self, context: Mapping[str, Any]) -> ReplyContext:
        integrations = object_at(context, "integrations")
        variables = integrations.get(VARIABLES)
        self.timeout = self._timer(context, "answer") or self.timeout
        return ReplyContext(
            variables=variables if isinstance(variables, dict) else None,
            post_response_timeout=self._timer(context, "post_response"),
            final_utterance_timeout=self._timer(context, "final_utterance"),
            follow_up=object_at(context, "global", "system").get("skip_user_input") in (True, "true"),
            custom_data=object_at(integrations, TELEPHONY, "cdr_custom_data"),
        )

    def _timer(self, context: Mapping[str, Any], what: str) -> float | None:
        """Authors write milliseconds, also as strings. The older name may stand with the integration, as it
        does today, or with a skill's own variables."""
        (*above, name), older = TIMERS[what]
        telephony = object_at(context, "integrations", TELEPHONY)
        skills = [object_at(skill, "user_defined") for skill in object_at(context, "skills").values()]
        places = [(object_at(telephony, *above), name), *((each, older) for each in (telephony, *skills))]
        for place, key in places:
            if place.get(key) is not None:
                return self._seconds(key, place[key])
        return None

    def _seconds(self, name: str, value: object) -> float | None:
        try:
            seconds = math.nan if isinstance(value, bool) else float(value) / 1000  # type: ignore[arg-type]  # that is what is tried
        except (TypeError, ValueError, OverflowError):
            seconds = math.nan
        if 0 < seconds <= LONGEST:
            return seconds
        if self._warned.first(name):
            form = "call %s: %s is no number of milliseconds above 0 and up to an hour: ignored"
            logger.warning(form, self.call, name)
        return None
