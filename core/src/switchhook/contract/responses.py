"""One model per response type, as an assistant's `output.generic[]` carries them at run time.

Field names are those of IBM's watsonx Assistant; fields that a model does not name are kept
(`model_extra`). What is not one of the twelve types is an UnknownResponse. Of one that does not fit its
model, what does not fit is left out (`misfits`): a call must not fail to end because of a title. If that is
what the response is about, such as the text of a text, it is an UnknownResponse too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

NAME = 64  # characters of the name of a type
TOLD = 5  # misfits of one response; a list may be full of them
ROUNDS = 3  # of leaving out: what lacks something then does not fit itself
Place = tuple[int | str, ...]  # of a value in tables and lists


class _Open(BaseModel):
    """A field that is null is one that is not there; a number may stand for a text."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict) or None not in given.values():
            return given
        return {
            name: value for name, value in given.items() if value is not None or name not in cls.model_fields
        }


class Channel(_Open):
    channel: str = ""

    @model_validator(mode="before")
    @classmethod
    def _of_its_name(cls, given: Any) -> Any:
        return {"channel": given} if isinstance(given, str) else given


class _Response(_Open):
    response_type: str
    channels: list[Channel] = Field(default_factory=list)
    channel_options: dict[str, Any] = Field(default_factory=dict)
    _misfits: Sequence[str] = PrivateAttr(())

    @property
    def misfits(self) -> Sequence[str]:
        """What was left out of it, as it did not fit: the field, and what was expected."""
        return self._misfits


class AuthoredText(_Open):
    text: str = ""
    text_expression: dict[str, Any] = Field(default_factory=dict)


class TextResponse(_Response):
    """`text` at run time; `values` with `selection_policy` and `delimiter` as authors write it."""

    response_type: Literal["text"]
    text: str = ""
    values: list[AuthoredText] = Field(default_factory=list)
    selection_policy: str = "sequential"
    delimiter: str = "\n"


class OptionValue(_Open):
    input: dict[str, Any] = Field(default_factory=dict)


class OptionItem(_Open):
    label: str
    value: OptionValue = Field(default_factory=OptionValue)


class OptionResponse(_Response):
    response_type: Literal["option"]
    title: str = ""
    description: str = ""
    options: list[OptionItem] = Field(default_factory=list)


class ImageResponse(_Response):
    response_type: Literal["image"]
    source: str = ""
    title: str = ""
    description: str = ""
    alt_text: str = ""


class AudioResponse(_Response):
    response_type: Literal["audio"]
    source: str = ""
    title: str = ""
    description: str = ""


class CommandInfo(_Open):
    type: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)


class DtmfResponse(_Response):
    response_type: Literal["dtmf"]
    command_info: CommandInfo = Field(default_factory=CommandInfo)


class SpeechToTextResponse(_Response):
    response_type: Literal["speech_to_text"]
    command_info: CommandInfo = Field(default_factory=CommandInfo)


class TextToSpeechResponse(_Response):
    response_type: Literal["text_to_speech"]
    command_info: CommandInfo = Field(default_factory=CommandInfo)


class Activity(_Open):
    type: str = ""


class StartActivitiesResponse(_Response):
    response_type: Literal["start_activities"]
    activities: list[Activity] = Field(default_factory=list)


class StopActivitiesResponse(_Response):
    response_type: Literal["stop_activities"]
    activities: list[Activity] = Field(default_factory=list)


class AgentMessage(_Open):
    message: str = ""


class ConnectToAgentResponse(_Response):
    response_type: Literal["connect_to_agent"]
    message_to_human_agent: str = ""
    agent_available: AgentMessage = Field(default_factory=AgentMessage)
    agent_unavailable: AgentMessage = Field(default_factory=AgentMessage)
    transfer_info: dict[str, Any] = Field(default_factory=dict)
    topic: str = ""


class EndSessionResponse(_Response):
    response_type: Literal["end_session"]


class UserDefinedResponse(_Response):
    response_type: Literal["user_defined"]
    user_defined: dict[str, Any] = Field(default_factory=dict)


class UnknownResponse(_Response):
    """Another type, or one of the twelve that does not fit; `raw` is the item, `problem` says why."""

    raw: dict[str, Any] = Field(default_factory=dict)
    problem: str = ""


Response = (
    TextResponse
    | OptionResponse
    | ImageResponse
    | AudioResponse
    | DtmfResponse
    | SpeechToTextResponse
    | TextToSpeechResponse
    | StartActivitiesResponse
    | StopActivitiesResponse
    | ConnectToAgentResponse
    | EndSessionResponse
    | UserDefinedResponse
    | UnknownResponse
)

MODELS: Mapping[str, type[_Response]] = {
    "text": TextResponse,
    "option": OptionResponse,
    "image": ImageResponse,
    "audio": AudioResponse,
    "dtmf": DtmfResponse,
    "speech_to_text": SpeechToTextResponse,
    "text_to_speech": TextToSpeechResponse,
    "start_activities": StartActivitiesResponse,
    "stop_activities": StopActivitiesResponse,
    "connect_to_agent": ConnectToAgentResponse,
    "end_session": EndSessionResponse,
    "user_defined": UserDefinedResponse,
}

COMMAND, ACTIVITIES = ("command_info",), ("activities",)
MATTER: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "values"),
    "option": ("options",),
    "image": ("source",),
    "audio": ("source",),
    **dict.fromkeys(("dtmf", "speech_to_text", "text_to_speech"), COMMAND),
    **dict.fromkeys(("start_activities", "stop_activities"), ACTIVITIES),
    "user_defined": ("user_defined",),
}
"""Fields that a response is about: if one of them does not fit, nothing is left of it."""


def parse_response(item: object) -> Response:
    """Never raises: an assistant's output is data from outside."""
    raw = item if isinstance(item, dict) else {}
    name = raw.get("response_type")
    kind = name if isinstance(name, str) else "?"
    model = MODELS.get(kind)
    if model is None:
        return UnknownResponse(response_type=kind[:NAME], raw=raw, problem="no such response type")
    try:
        return model.model_validate(raw)  # type: ignore[return-value]  # MODELS holds exactly the members of Response
    except ValidationError as error:
        return _fitting(model, raw, error) or UnknownResponse(
            response_type=kind, raw=raw, problem=next(_problems(error))
        )


def _fitting(model: type[_Response], raw: dict[str, Any], error: ValidationError) -> Response | None:
    """What is left without what does not fit; None: nothing that means anything."""
    matter = MATTER.get(raw["response_type"], ())
    told = [f"{each}, left out" for each in islice(_problems(error), TOLD)]
    for _ in range(ROUNDS):
        found = error.errors(include_input=False, include_url=False)
        places = [_unfit(each["type"], each["loc"]) for each in found]
        if any(place == () or (len(place) == 1 and place[0] in matter) for place in places):
            return None
        raw = _without(raw, places)
        try:
            response = model.model_validate(raw)
        except ValidationError as another:
            error = another
        else:
            response._misfits = tuple(told)  # noqa: SLF001  # of this module
            return response  # type: ignore[return-value]  # as above
    return None


def _unfit(kind: str, place: Place) -> Place:
    """Where something lacks what it needs, it is itself what does not fit."""
    return place[:-1] if kind == "missing" or place[-1:] == ("[key]",) else place


def _without(value: Any, places: Sequence[Place]) -> Any:
    """A copy of tables and lists on the way to these places, without what is there."""
    gone = {place[0] for place in places if len(place) == 1}
    inner: dict[int | str, list[Place]] = {}
    for place in places:
        inner.setdefault(place[0], []).append(place[1:])
    if isinstance(value, dict):
        return {
            name: _without(each, inner[name]) if name in inner else each
            for name, each in value.items()
            if name not in gone
        }
    if isinstance(value, list):
        return [
            _without(each, inner[at]) if at in inner else each
            for at, each in enumerate(value)
            if at not in gone
        ]
    return value


def _problems(error: ValidationError) -> Iterator[str]:
    """Without what was given."""
    for each in error.errors(include_input=False, include_url=False):
        yield f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
