"""What Genesys Cloud asks for, read from a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from switchhook import Options, SettingsError, did_you_mean, load_settings
from switchhook_audiohook.addresses import base_uri, connector_id
from switchhook_audiohook.settings import GenesysSettings, read_addresses

from .variables import session_variables


@dataclass(frozen=True, slots=True)
class Card:
    """The values of one connector. The client secret is never among them."""

    name: str
    integration: str
    api_keys: tuple[str, ...]  # oldest first
    uri: str
    uri_is_assumed: bool  # no public_url: Genesys cannot reach this
    connector_id: str
    signed: bool
    inputs: tuple[str, ...] = ()  # session variables that the assistant's file reads,
    outputs: tuple[str, ...] = ()  # and those that it sets; both unknown where it has none


def read(config: Path, name: str) -> Card:
    """Raises SettingsError."""
    settings = load_settings(config)
    if settings.transport.use not in ("", "genesys"):
        raise SettingsError(f"transport.use: expected 'genesys', got {settings.transport.use!r}")
    if name not in settings.connectors:
        hint = did_you_mean(name, sorted(settings.connectors))
        raise SettingsError(f"there is no connector {name!r} in {config}; {hint}")
    options = Options(settings.transport.table(), place="transport", base=config.parent.absolute())
    genesys = options.parse(GenesysSettings)
    [(_, address)] = read_addresses({name: settings.connectors[name].address}, genesys).values()
    keys = genesys.integrations[address.integration].keys
    return Card(
        name,
        address.integration,
        tuple(key.api_key.get_secret_value() for key in keys),
        base_uri(settings.server),
        settings.server.public_url is None,
        connector_id(address),
        keys[-1].secret is not None,
        *session_variables(settings.connectors[name].assistant, config.parent),
    )


def show(card: Card, secret: str = "") -> Iterator[str]:
    """The values under the labels of IBM's own set-up page. If there are two keys, the newer counts.
    `secret`: what to show for it; empty: that it is hidden."""
    secret = secret or ("not shown; see the configuration" if card.signed else "none: calls are not signed")
    yield f"API key                    {card.api_keys[-1]}"
    yield f"Client secret              {secret}"
    yield f"Genesys audio connect URI  {card.uri}"
    yield f"Bot Connector ID           {card.connector_id}"
    if len(card.api_keys) > 1:
        older = ", ".join(card.api_keys[:-1])
        yield ""
        yield f"also accepted until it is retired: API key {older}"
    if card.uri_is_assumed:
        yield ""
        yield f"public_url is not set in [server], so {card.uri} is only where the server listens; set it to"
        yield "the wss:// address under which Genesys Cloud reaches this server: signatures cover its host"
