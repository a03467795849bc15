"""One model per response type, as an assistant's `output.generic[]` carries them at run time.

Field names are those of IBM's watsonx Assistant; fields that a model does not name are kept
(`model_extra`). What is not one of the twelve types, or does not fit its model, is an UnknownResponse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

NAME = 64  # characters of the name of a type


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Channel(_Open):
    channel: str = ""


class _Response(_Open):
    response_type: str
    channels: list[Channel] = Field(default_factory=list)
    channel_options: dict[str, Any] = Field(default_factory=dict)


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
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return UnknownResponse(response_type=kind, raw=raw, problem=f"{where}: {first['msg']}")
