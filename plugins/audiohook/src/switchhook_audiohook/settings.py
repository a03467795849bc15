"""The table `[transport]`, and `address` of a connector."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from switchhook import Options, Seconds, Secret, SettingsError, Table, check_name, did_you_mean

from .credentials import API_KEY, decode_secret


class Key(Table):
    """One API key; an integration has several while they are rotated."""

    api_key: Secret
    client_secret: Secret | None = Field(None, description="base64, as typed into Genesys")
    unsigned: bool = Field(False, description="accept this API key without a signature")

    @model_validator(mode="after")
    def _is_usable(self) -> Key:
        if not API_KEY.fullmatch(self.api_key.get_secret_value()):
            raise ValueError("api_key: expected letters, digits, + / _ - and at most two = at the end")
        if self.unsigned and self.secret is not None:
            raise ValueError("client_secret and unsigned = true exclude each other; remove one")
        if not self.unsigned and self.secret is None:
            state = "missing" if self.client_secret is None else "empty"
            raise ValueError(f"client_secret is {state}; expected the one that was entered in Genesys")
        return self

    @property
    def secret(self) -> bytes | None:
        text = self.client_secret.get_secret_value() if self.client_secret else ""
        return decode_secret(text) if text else None


class Integration(Table):
    """One Genesys integration: base URI and credentials. It may carry many connectors."""

    keys: list[Key] = Field(min_length=1)
    probe: Literal["shallow", "deep"] = Field(
        "shallow", description="deep: when Genesys tries the connection, speech and assistants must answer"
    )


class LimitSettings(Table):
    """What one client may do, and how many. Genesys stays far below the defaults."""

    messages: float = Field(
        200, gt=0, description="a second and call, a text counts as four frames; twenty times at once"
    )
    bytes: float = Field(
        64_000, gt=0, description="a second and call, ten times at once; Genesys sends 8,000"
    )
    message: int = Field(65_536, ge=1_024, le=65_536, description="bytes in one message")
    handshake: Seconds = Field(10.0, gt=0, description="from a connection to its answered request")
    waiting: int = Field(
        500, ge=1, description="connections that have not come so far; the idlest goes first"
    )
    per_host: int = Field(
        250, ge=1, description="of them, those of one address; of a trusted proxy, any number"
    )
    idle: Seconds = Field(30.0, gt=0, description="without any message: six periods of Genesys' ping")
    per_connector: int | None = Field(None, ge=1, description="live calls of one connector")
    per_organization: int | None = Field(None, ge=1, description="live calls of one Genesys organization")


class GenesysSettings(Table):
    integrations: dict[Annotated[str, AfterValidator(check_name)], Integration] = Field(
        default_factory=dict, description="name of a Genesys integration to its credentials"
    )
    limits: LimitSettings = Field(default_factory=LimitSettings, description="on calls and messages")
    when_full: Literal["refuse", "disconnect"] = Field(
        "disconnect",
        description="disconnect: accepted and given back, and Genesys tries again; refuse: HTTP 503",
    )
    unknown_connector: Literal["disconnect", "not_found"] = Field(
        "disconnect", description="how a wrong Connector ID is refused: after open with a reason, or HTTP 404"
    )
    replayed: Literal["refuse", "log", "off"] = Field(
        "refuse", description="what happens to a signed request that was seen before"
    )
    turn_reports: bool = Field(True, description="send bot_turn_response, which flow reports count")

    @model_validator(mode="after")
    def _each_key_is_of_one_integration(self) -> GenesysSettings:
        owners: dict[str, str] = {}
        for name, integration in self.integrations.items():
            for key in integration.keys:
                other = owners.setdefault(key.api_key.get_secret_value(), name)
                if other != name:
                    raise ValueError(f"integrations {other!r} and {name!r} share an API key")
        return self

    def secrets(self) -> dict[str, bytes | None]:
        """API key to decoded client secret; None where unsigned requests are accepted."""
        return {
            key.api_key.get_secret_value(): key.secret
            for integration in self.integrations.values()
            for key in integration.keys
        }

    def owner(self, api_key: str) -> str:
        """The integration of a key that is known."""
        return next(
            name
            for name, integration in self.integrations.items()
            if any(key.api_key.get_secret_value() == api_key for key in integration.keys)
        )


class Address(Table):
    """Where a flow finds a connector: `<instance_id>/connect?version=<api_version>`."""

    integration: str
    instance_id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,128}$")
    api_version: str = Field("", description="of calls whose Connector ID names none")
    start_paused: bool = Field(False, description="no caller audio until the bot asks for it")


def read_addresses(
    connectors: Mapping[str, Mapping[str, object]], settings: GenesysSettings
) -> dict[tuple[str, str], tuple[str, Address]]:
    """Integration and instance id to connector and address. Raises SettingsError."""
    found: dict[tuple[str, str], tuple[str, Address]] = {}
    for name, table in connectors.items():
        place = f"connectors.{name}.address"
        address = Options(table, place=place, base=Path()).parse(Address)
        if address.integration not in settings.integrations:
            hint = did_you_mean(address.integration, sorted(settings.integrations))
            raise SettingsError(f"{place}.integration: there is no {address.integration!r}; {hint}")
        other, _ = found.setdefault((address.integration, address.instance_id), (name, address))
        if other != name:
            raise SettingsError(f"{place}: the same as that of connector {other!r}; change instance_id")
    return found
