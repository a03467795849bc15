"""`[plugins.record]`, and what an assistant may say of a message."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, model_validator

from switchhook import Seconds, Secret, Table
from switchhook_http import ascii_host

from .message import LONGEST
from .webhook import check_url


class RecordSettings(Table):
    webhook: str | None = Field(
        None, description="address that messages are posted to; none: they are dropped"
    )
    secret: Secret | None = Field(None, description="what the webhook's tokens are signed with (JWT, HS256)")
    hosts: list[Annotated[str, AfterValidator(ascii_host)]] = Field(
        default_factory=list, description="hosts that may be reached without TLS, and in a private network"
    )
    timeout: Seconds = Field(10.0, ge=1, le=30, description="of one try; there are three")
    max_message: Seconds = Field(
        120.0, ge=1, le=LONGEST, description="at most, whatever an assistant asks for"
    )
    when_lost: Literal["allow", "hand_over", "end"] = Field(
        "allow",
        description="where the webhook does not take a message, the call goes on, goes to a person, or ends, "
        "as it does with IBM",
    )
    assistant_id: str = Field("", description="what the webhook is told")
    environment_id: str = Field("", description="what the webhook is told")

    @model_validator(mode="after")
    def _whole(self) -> RecordSettings:
        if self.webhook is not None:
            check_url(self.webhook, self.hosts)
            if self.secret is None:
                raise ValueError("a webhook needs a `secret`, which it knows the server by")
        return self


class Asked(BaseModel):
    """What an author may say, under any of these names."""

    model_config = ConfigDict(extra="ignore")

    prompt: str = Field("", max_length=4000, validation_alias=AliasChoices("prompt", "message", "text"))
    beep: bool = True
    input_method: str = ""
    confirmation: str = Field(
        "", max_length=4000, validation_alias=AliasChoices("confirmation", "confirmation_text", "playback")
    )
    max_duration: float = Field(60.0, ge=1, allow_inf_nan=False)

    @property
    def beeps(self) -> bool:
        return self.beep and not self.input_method.lower().startswith("silent")
