"""What the table of a webhook may say."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from switchhook import FilePath, Seconds, Table
from switchhook_http import HeaderSecret, SigningSecret, ascii_address, is_web_address

Kind = Literal["start", "speech", "digits", "no_input", "no_final", "forced", "follow_up"]
Time = Annotated[Seconds, Field(gt=0, le=60)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
SILENT: dict[Kind, str] = {"start": "/session_start", "no_input": "/silence_timeout"}


def _address(url: str) -> str:
    """Raises ValueError."""
    if not is_web_address(url):
        raise ValueError("expected an address such as 'https://bot.example.com/turn', without a user or #")
    return ascii_address(url)


class AllowOptions(Table):
    """What the answer may bring; of what is not named, anything.

    `responses`: their types. `variables`: session variables that it may set. `hand_over`: queues that a call
    may go to.
    """

    responses: list[Name] | None = None
    variables: list[Name] | None = None
    hand_over: list[Name] | None = None


class HttpOptions(Table):
    """`url`: where turns are posted. `secret`: of the signature, as Standard Webhooks have it. `token`: is
    sent as a bearer's. `private`: the server may lie in a private network or on this machine, and needs no
    TLS there. `ca`: a PEM file with authorities to trust beside the system's. `form`: of turns and answers,
    or Rasa's REST channel. `events`: what Rasa is told where the caller has said nothing. `tell`: what else
    the service may know: the numbers of caller and line, and what was asked for in confidence. `variables`:
    session variables that it is told; none named: all. `timeout`: until the first piece of an answer, and
    until the next. `allow`: what an answer may bring.
    """

    url: Annotated[str, AfterValidator(_address)]
    secret: SigningSecret | None = None
    token: HeaderSecret | None = None
    private: bool = False
    ca: FilePath | None = None
    form: Literal["switchhook", "rasa"] = "switchhook"
    events: dict[Kind, str] = Field(default_factory=lambda: dict(SILENT))
    tell: frozenset[Literal["numbers", "sensitive"]] = frozenset()
    variables: list[Name] | None = None
    timeout: Time = 8.0
    allow: AllowOptions = AllowOptions()

    @model_validator(mode="after")
    def _is_guarded(self) -> HttpOptions:
        if urlsplit(self.url).scheme == "http" and not self.private:
            raise ValueError("url: expected https; plain http is for a private network: say `private = true`")
        return self
