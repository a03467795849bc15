"""What Genesys Cloud asks for, read from a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from switchhook import Options, SettingsError, load_settings

from ..addresses import base_uri, connector_id
from ..settings import GenesysSettings, read_addresses


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


def read(config: Path, name: str) -> Card:
    """Raises SettingsError."""
    settings = load_settings(config)
    if settings.transport.use != "genesys":
        raise SettingsError(f"transport.use: expected 'genesys', got {settings.transport.use!r}")
    if name not in settings.connectors:
        near = get_close_matches(name, settings.connectors, n=1)
        known = ", ".join(sorted(settings.connectors)) or "none"
        hint = f"did you mean {near[0]!r}?" if near else f"known: {known}"
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
    )


def show(card: Card, secret: str = "") -> Iterator[str]:
    """Under the labels of IBM's own set-up page. With two keys the newest counts. `secret`: what to say of
    it, if not that it is hidden."""
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


def guide(card: Card, config: Path) -> Iterator[str]:
    """After the Resource Center's pages on Audio Connector and on the Call Audio Connector action."""
    yield f"""\
Connector {card.name!r} in Genesys Cloud. The server must be reachable from the internet at
{card.uri} on port 443, with a certificate of a public authority whose name matches.

1. Admin > Integrations: add "Audio Connector" (a premium application; your Genesys account team enables
   it), or open the one you have. An organization may have about five; one carries many connectors.
2. Its Configuration > Properties, Base Connection URI:
       {card.uri}
3. Its Configuration > Credentials:
       API Key        {card.api_keys[-1]}
       Client Secret  {"the one printed with this key" if card.signed else "leave it empty"}
4. Set the integration to Active. Genesys tries the connection first; if it fails, run
       switchhook check --config {config}
   and, for what Genesys saw, open the Operational Console (events AUDIOHOOK-…).
5. Admin > Architect: open or create an inbound call flow. Toolbox > Bot > Call Audio Connector:
       Integration    the one above
       Connector ID   "{card.connector_id}"
       Inputs         session variables for the bot, as strings, such as user_id
       Outputs        one for each variable the bot gives back; names must match exactly, values are
                      strings: compare with "true", not with True
       Failure        assign errorType and errorMessage
6. Success path: the bot is done, outputs are set. Transfer, or go on with the flow.
   Failure path: no server, no answer, or the call broke. Lead it to a person, or to a queue.
7. Save and Publish, then Admin > Routing > Call Routing: give the flow a number.

Try it without Genesys first: switchhook dial --config {config} --connector {card.name} --say "hello\""""
    if card.uri_is_assumed:
        yield ""
        yield "public_url is not set in [server]: the URI above is a placeholder until you set it"
