"""`[plugins.handover]`."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from switchhook import FilePath, Secret, Table
from switchhook_http import key_in

Name = Annotated[str, Field(min_length=1, max_length=100)]


class HandoverOptions(Table):
    """`give`: what the flow gets at a hand-over. `turns`: how many of the last turns are told. `tell`: what
    else may be: keys that were pressed unasked, or not in confidence. `id`, `said`: names of the output
    variables that are added; `summary`, `intent`: of those in which a hand-over has these. `to`: where a
    hand-over by reference is posted; `secret`: of its signature; `private`: that service may lie in a private
    network, and needs no TLS there; `ca`: a PEM file with authorities to trust beside the system's.
    """

    give: Literal["nothing", "value", "reference"] = "nothing"
    turns: int = Field(6, ge=1, le=50)
    tell: frozenset[Literal["digits"]] = frozenset()
    id: Name = "handoff_id"
    said: Name = "handoff_turns"
    summary: Name = "wxa_agent_message"
    intent: Name = "wxa_topic"
    to: str | None = None
    secret: Secret | None = None
    private: bool = False
    ca: FilePath | None = None

    @model_validator(mode="after")
    def _has_an_address(self) -> HandoverOptions:
        if self.give != "reference":
            return self
        parts = urlsplit(self.to or "")
        if not parts.hostname or parts.scheme not in (("http", "https") if self.private else ("https",)):
            raise ValueError('to: give = "reference" needs an address such as "https://desk.example.com/in"')
        if self.secret is None:
            raise ValueError("secret: what is posted is signed; say which key, { file = … } or { env = … }")
        key_in(self.secret.get_secret_value())
        return self


class HandoverSettings(HandoverOptions):
    """`connectors`: those that do it in another way; such a table stands for itself."""

    connectors: dict[str, HandoverOptions] = Field(default_factory=dict)

    def of(self, connector: str) -> HandoverOptions:
        return self.connectors.get(connector, self)
