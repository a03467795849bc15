"""A signed connection probe, as Genesys makes one; and where it is refused, what was rewritten on its way.

A server does not say why it refuses. But it lets in a request that was signed for what the server sees: so a
request that is let in tells what was rewritten.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from switchhook import Finding, Settings
from switchhook_audiohook.addresses import connector_id
from switchhook_audiohook.protocol.turning_away import TurnedAway
from switchhook_audiohook.settings import GenesysSettings, Key, read_addresses

from .knock import UNAUTHORIZED, Knock, KnockResult, knock
from .reach import Place

HOST = (
    "set public_url where serve runs and start it again, or let the proxy pass Host on:"
    " Genesys signs for the public name"
)
PATH = "let the proxy pass the path on unchanged, with the path of public_url: Genesys signs for it"
UNKNOWN = (
    "start serve again after a change of keys or connectors, and compare with: switchhook connector show"
)


async def findings(place: Place, settings: Settings, genesys: GenesysSettings) -> AsyncIterator[Finding]:
    for name, integration in genesys.integrations.items():
        for number, key in enumerate(integration.keys, 1):
            subject = f"transport.integrations.{name}" + (
                f", key {number}" if len(integration.keys) > 1 else ""
            )
            yield await _of_key(place, settings, key, subject)
    tables = {name: connector.address for name, connector in settings.connectors.items()}
    for (integration_name, _), (name, address) in read_addresses(tables, genesys).items():
        key = genesys.integrations[integration_name].keys[-1]
        target = f"{place.path.rstrip('/')}/{connector_id(address)}"
        told = await knock(place, Knock.of(key, place.authority, target, call=True))
        yield _of_connector(f"connectors.{name}", told)


async def _of_key(place: Place, settings: Settings, key: Key, subject: str) -> Finding:
    target = place.path or "/"
    told = await knock(place, Knock.of(key, place.authority, target))
    if told.opened:
        return Finding("ok", subject, "a signed connection probe is answered")
    if told.status == UNAUTHORIZED:
        text, cure = await _why(place, settings, key, target)
        return Finding("error", subject, text, cure)
    if told.status == 404:
        return Finding("error", subject, "signed, but the path is unknown to the server", PATH)
    return Finding("error", subject, f"a signed connection probe fails: {told.said}", "see the server's log")


async def _why(place: Place, settings: Settings, key: Key, target: str) -> tuple[str, str]:
    server = settings.server
    for host in dict.fromkeys((server.host, "127.0.0.1", "localhost")):
        for authority in (f"{host}:{server.port}", host):
            told = await knock(place, Knock.of(key, authority, target))
            if told.status != UNAUTHORIZED:
                return f"Host is rewritten on its way, to {authority}", HOST
    if target != "/":
        told = await knock(place, Knock.of(key, place.authority, target, signed_target="/"))
        if told.status != UNAUTHORIZED:
            return f"the path is stripped on its way: {target} arrives as /", PATH
    return "a signed connection probe is refused: the server knows another key or secret", UNKNOWN


def _of_connector(subject: str, told: KnockResult) -> Finding:
    """Asked to open a session without any audio, a server of ours refuses for that, or for what comes
    before: so no call begins."""
    if told.turned_away is TurnedAway.NO_MEDIA:
        return Finding("ok", subject, "its Connector ID is known")
    if told.turned_away is not None or told.status == 404:
        return Finding("error", subject, "its Connector ID is unknown to the server", UNKNOWN)
    return Finding("error", subject, f"its Connector ID is refused: {told.said}", UNKNOWN)
