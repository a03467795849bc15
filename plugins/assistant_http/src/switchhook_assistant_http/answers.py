"""An answer as it comes: whole, or in lines, in our own form, which `Answered` describes, or in Rasa's."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from switchhook import ReplyContext, Response, Turn, UnknownResponse, UserDefinedResponse, parse_response
from switchhook_http import Streamed, json_in

from .errors import WebhookError
from .options import HttpOptions

logger = logging.getLogger(__name__)

MOST = 200  # responses of one answer


class Answered(BaseModel):
    """The body of an answer, and each line of one that is streamed. Where it has nothing but responses, their
    list is enough; where it is but one response, that; and a text is a response too. What is null is not
    there."""

    model_config = ConfigDict(extra="forbid")

    responses: list[str | dict[str, Any]] = Field(
        default_factory=list,
        description="what is done, in turn: texts are spoken, objects are the responses that assistants give",
    )
    variables: dict[str, Any] = Field(
        default_factory=dict, description="session variables that are set; those not named stay as they are"
    )
    matched: bool | None = Field(
        None, description="false: what the caller said was not understood; goes before the responses"
    )
    follow_up: bool = Field(False, description="another turn, of that kind, is due at once")
    post_response_timeout: float | None = Field(
        None, gt=0, le=3_600, description="seconds that the caller may say nothing, from now on"
    )
    final_utterance_timeout: float | None = Field(
        None, gt=0, le=3_600, description="seconds that the caller may speak without an end, from now on"
    )
    record: dict[str, Any] = Field(default_factory=dict, description="goes into the call record")


BESIDE = frozenset(Answered.model_fields) - {"responses"}
"""What the caller hears does without these, so he does where one does not fit."""


class Answer(Streamed[Response]):
    """What has come of it; `context` is whole after the last piece. `call`: for what is logged."""

    def __init__(self, turn: Turn, options: HttpOptions, call: str) -> None:
        super().__init__()
        self.matched, self.context, self.full = True, ReplyContext(), False
        self._variables, self._options, self._call = dict(turn.variables), options, call
        self._count = 0

    async def take(self, text: str) -> None:
        """Of a body or a line. Raises HttpError and WebhookError."""
        for answered in self._read(json_in(text)):
            self._note(answered)
            for item in answered.responses[: MOST - self._count + 1]:
                self._count += 1
                self.full = self._count > MOST
                told = {"response_type": "text", "text": item} if isinstance(item, str) else item
                response = parse_response(told)
                if not self.full and self._is_allowed(response):
                    await self.give(response)

    def _read(self, said: Any) -> Iterator[Answered]:
        items = said if isinstance(said, list) else [said]
        if self._options.form == "rasa":
            yield Answered(responses=[each for item in items for each in from_rasa(item)])
            return
        alone = isinstance(said, dict) and "response_type" not in said
        whole = said if alone else {"responses": items}
        given = {name: each for name, each in whole.items() if each is not None}
        try:
            yield Answered.model_validate(given)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
            for each in wrong:
                said = f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
                if each["loc"][0] not in BESIDE:
                    raise WebhookError("garbage", said) from None
                logger.warning("call %s: of the webhook's answer was left out: %s", self._call, said)
            left_out = {each["loc"][0] for each in wrong}
            yield Answered.model_validate(
                {name: each for name, each in given.items() if name not in left_out}
            )

    def _note(self, answered: Answered) -> None:
        context, allowed = self.context, self._options.allow.variables
        if answered.matched is not None:
            self.matched = answered.matched
        for name, value in answered.variables.items():
            if allowed is not None and name not in allowed:
                self._refuse("a variable", name)
                continue
            self._variables[name] = value
            context.variables = self._variables
        context.follow_up = context.follow_up or answered.follow_up
        context.post_response_timeout = answered.post_response_timeout or context.post_response_timeout
        context.final_utterance_timeout = answered.final_utterance_timeout or context.final_utterance_timeout
        context.custom_data = {**context.custom_data, **answered.record}

    def _is_allowed(self, response: Response) -> bool:
        """What is not, is not done, whatever the service was talked into."""
        allow, kind = self._options.allow, response.response_type
        if kind not in allow.responses if allow.responses is not None else self._is_open(response):
            return self._refuse("a response", kind)
        if allow.variables is not None and getattr(response, "channel_options", {}):
            return self._refuse("a variable", "in `channel_options`")
        if kind == "connect_to_agent" and allow.hand_over is not None:
            target = getattr(response, "transfer_info", {}).get("target")
            if not (named := set(_texts(target))) or not named <= {*allow.hand_over}:
                return self._refuse("a queue", "not named in `allow.hand_over`")
        return True

    def _is_open(self, response: Response) -> bool:
        """It may do what is restricted: commands can hand over and set variables too."""
        restricted = self._options.allow.variables is not None or self._options.allow.hand_over is not None
        return restricted and isinstance(response, UserDefinedResponse | UnknownResponse)

    def _refuse(self, what: str, name: str) -> bool:
        logger.warning("call %s: the webhook asked for %s that it may not: %s", self._call, what, name[:64])
        return False


def from_rasa(item: Any) -> Iterator[str | dict[str, Any]]:
    """A message of Rasa's REST channel. `custom` may be a response of ours, for what Rasa has no word."""
    told: Mapping[str, Any] = item if isinstance(item, dict) else {}
    text, buttons, custom = told.get("text"), told.get("buttons"), told.get("custom")
    if isinstance(buttons, list) and buttons:
        options = [
            {"label": each.get("title"), "value": {"input": {"text": each.get("payload")}}}
            for each in buttons
            if isinstance(each, dict)
        ]
        yield {"response_type": "option", "title": text or "", "options": options}
    elif isinstance(text, str) and text:
        yield text
    if told.get("image"):
        yield {"response_type": "image", "source": told["image"]}
    if isinstance(custom, dict):
        own = "response_type" in custom
        yield custom if own else {"response_type": "user_defined", "user_defined": custom}


def _texts(value: object) -> Iterator[str]:
    """In what a table holds, at any depth: it is not said which of them is the queue."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
