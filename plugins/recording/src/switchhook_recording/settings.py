"""`[plugins.recording]`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from switchhook import FilePath, Seconds, Table

from .store import StoreSettings

DAY = 86_400.0
WhenLost = Literal["allow", "hand_over"]


def _days(value: object) -> object:
    match = re.fullmatch(r"(\d+)\s*d", value) if isinstance(value, str) else None
    return int(match[1]) * DAY if match else value


def _recipient(value: str) -> str:
    from .sealing import read_recipient  # the library behind it is an extra

    read_recipient(value)
    return value


Days = Annotated[Seconds, BeforeValidator(_days)]


class ConnectorRecording(Table):
    """What is otherwise for the calls of one connector."""

    record: bool = Field(True, description="false: its calls are not recorded")
    when_lost: WhenLost | None = Field(None, description="for its calls")


class RecordingSettings(Table):
    directory: FilePath | None = Field(
        None, description="where recordings are written; none: nothing is recorded"
    )
    consent: str | None = Field(
        None,
        min_length=1,
        description="the input variable that says whether the caller agrees: true, yes, on or 1; none: every "
        "call is recorded",
    )
    keep: Days | None = Field(
        30 * DAY, gt=0, description='how long, such as "30d"; older files in the directory are deleted'
    )
    when_lost: WhenLost = Field(
        "allow",
        description="a call that cannot be recorded goes on, or is given to a person at the bot's next word",
    )
    encrypt_to: Annotated[str, AfterValidator(_recipient)] | None = Field(
        None,
        description="an age recipient, age1…: files are encrypted to it as they are written; needs "
        "switchhook-recording[encryption]",
    )
    s3: StoreSettings | None = Field(
        None, description="a store that finished recordings are moved to; needs switchhook-recording[s3]"
    )
    connectors: dict[str, ConnectorRecording] = Field(
        default_factory=dict, description="what is otherwise for single connectors, by name"
    )

    def of(self, connector: str) -> ConnectorRecording:
        given = self.connectors.get(connector) or ConnectorRecording()
        return given.model_copy(update={"when_lost": given.when_lost or self.when_lost})
