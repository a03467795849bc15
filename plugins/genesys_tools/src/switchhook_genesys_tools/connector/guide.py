"""The steps in Genesys Cloud, after the Resource Center's pages on Audio Connector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .cards import Card


def guide(card: Card, config: Path) -> Iterator[str]:
    yield f"""\
Connector {card.name!r} in Genesys Cloud. The whole story, with links: docs/how-to/genesys.md,
or `switchhook docs`, How-to

Before you begin
  - Audio Connector, a premium application: your Genesys account team enables it
  - the role Admin, in an organization whose region is near this server
  - this server, reachable from the internet at {card.uri}
    on port 443 with a public certificate; see: switchhook check --config {config}

1. Admin > Integrations: add "Audio Connector", or open the one you have. An organization may have about
   five; one carries many connectors.
2. Configuration > Properties, Base Connection URI:
       {card.uri}
3. Configuration > Credentials:
       API Key        {card.api_keys[-1]}
       Client Secret  {_secret(card)}
4. Set the integration to Active. Genesys tries the connection first, without placing a call. If that
   fails, the server's log names the cause; what Genesys saw is in its Operational Console (AUDIOHOOK-…).
5. Admin > Architect: an inbound call flow. Toolbox > Bot > Call Audio Connector:
       Integration      the one above
       Connector ID     "{card.connector_id}"
       Inputs           {_inputs(card)}
       Outputs          {_outputs(card)}
       Failure outputs  errorType and errorMessage, each into a variable
6. Wire both paths to an end or a queue:
       Success  the bot is done and the outputs are set: transfer, go on, or disconnect
       Failure  no server, no answer, or the call broke: a queue, so that somebody answers
7. Save and Publish. Then Admin > Routing > Call Routing: give the flow a number.

Steps 5 and 6 as Architect scripting input: switchhook connector guide {card.name} --config {config} \\
    --architect flow.mjs
Try it without Genesys: switchhook dial --config {config} --connector {card.name} --say "what can you do\""""
    if card.uri_is_assumed:
        yield ""
        yield "public_url is not set in [server]: the URI above is a placeholder until you set it"


def _secret(card: Card) -> str:
    return "the one printed with this key, base64" if card.signed else "leave it empty"


def _inputs(card: Card) -> str:
    names = ", ".join(card.inputs) or "session variables that the bot reads"
    return f"{names}; values are strings"


def _outputs(card: Card) -> str:
    names = ", ".join(card.outputs) or "each variable that the bot sets"
    return f'{names}; names match exactly, compare with "true", not True'
