"""What comes back: responses, and what the context says to the call."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from switchhook import ReplyContext
from switchhook_watson import WatsonError

from .message import TELEPHONY, VARIABLES, table

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


def parse(body: bytes) -> WatsonAnswer:
    """Raises WatsonError."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise WatsonError("garbage", detail="expected JSON") from None
    return answer_in(said)


def answer_in(said: object) -> WatsonAnswer:
    """`said`: the JSON of an answer. All of it but `output` may be missing. Raises WatsonError."""
    output = said.get("output") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(output, dict):
        raise WatsonError("garbage", detail="expected an object with `output`")
    generic, context = output.get("generic"), said.get("context")
    if isinstance(generic, list) and len(generic) > MOST:
        raise WatsonError("garbage", detail=f"more than {MOST} responses")
    return WatsonAnswer(
        generic if isinstance(generic, list) else [], context if isinstance(context, dict) else {}
    )


@dataclass
class ContextReader:
    """Of one call: a value that makes no sense is warned about once."""

    call: str
    timeout: float  # seconds to wait for an answer, from the next one on
    _warned: set[str] = field(default_factory=set)

    def read(self, context: Mapping[str, Any]) -> ReplyContext:
        integrations = table(context, "integrations")
        variables = integrations.get(VARIABLES)
        self.timeout = self._timer(context, "answer") or self.timeout
        return ReplyContext(
            variables=variables if isinstance(variables, dict) else None,
            post_response_timeout=self._timer(context, "post_response"),
            final_utterance_timeout=self._timer(context, "final_utterance"),
            follow_up=table(context, "global", "system").get("skip_user_input") in (True, "true"),
            custom_data=table(integrations, TELEPHONY, "cdr_custom_data"),
        )

    def _timer(self, context: Mapping[str, Any], what: str) -> float | None:
        """Authors write milliseconds, also as strings. The older name may stand with the integration, as it
        does today, or with a skill's own variables."""
        (*above, name), older = TIMERS[what]
        telephony = table(context, "integrations", TELEPHONY)
        skills = [table(skill, "user_defined") for skill in table(context, "skills").values()]
        places = [(table(telephony, *above), name), *((each, older) for each in (telephony, *skills))]
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
        if name not in self._warned:
            self._warned.add(name)
            form = "call %s: %s is no number of milliseconds above 0 and up to an hour: ignored"
            logger.warning(form, self.call, name)
        return None
