"""Finds the connector that a request's target names: `<base>/<instance-id>/connect?version=YYYY-MM-DD`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from switchhook_audiohook.protocol.turning_away import TurnedAway
from switchhook_audiohook.settings import Address

PATH = re.compile(r"/([A-Za-z0-9._~-]{1,128})/connect/?")
ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Place:
    """What a target names. No instance: the base URI itself, which only serves probes."""

    instance_id: str = ""
    version: str = ""
    unclear: bool = False  # it asks for two versions, or for one that is no date


@dataclass(frozen=True, slots=True)
class Destination:
    connector: str
    api_version: str
    start_paused: bool = False


class NotServedError(Exception):
    """A call is turned away. The text says why, to the client, after `open`."""


class Routes:
    def __init__(
        self, public_url: str | None, addresses: Mapping[tuple[str, str], tuple[str, Address]]
    ) -> None:
        self.prefix = urlsplit(public_url or "").path.rstrip("/")
        self._addresses = addresses

    def locate(self, target: str) -> Place | None:
        """What the target names; None: it is no path of ours. Genesys joins base URI and Connector ID with or
        without a slash too many, so repeated ones count as one. Percent-encodings that RFC 3986 calls
        equivalent to a plain character are read as that; others, such as %2F, are part of no path of ours."""
        path, _, query = target.partition("?")
        path = re.sub("//+", "/", ENCODED.sub(_unreserved, path))
        if path != self.prefix and not path.startswith(self.prefix + "/"):
            return None
        path = path.removeprefix(self.prefix)
        if path in ("", "/"):
            return Place()
        match = PATH.fullmatch(path)
        if match is None:
            return None
        return _place(match[1], query)

    def connectors(self, integration: str) -> list[str]:
        return [name for (owner, _), (name, _) in self._addresses.items() if owner == integration]

    def find(self, integration: str, place: Place) -> Destination:
        """Raises NotServedError where there is no such connector."""
        if place.unclear:
            raise NotServedError(f"{TurnedAway.WRONG_VERSION}: expected one, as YYYY-MM-DD")
        if not place.instance_id:
            raise NotServedError(
                f"{TurnedAway.NO_CONNECTOR_ID}; expected <instance-id>/connect?version=YYYY-MM-DD"
            )
        found = self._addresses.get((integration, place.instance_id))
        if found is None:
            cure = "compare the Connector ID with: switchhook connector show"
            raise NotServedError(f"{TurnedAway.UNKNOWN_CONNECTOR}; {cure}")
        connector, address = found
        version = place.version or address.api_version
        return Destination(connector, version, address.start_paused)


def _unreserved(encoded: re.Match[str]) -> str:
    character = chr(int(encoded[1], 16))
    return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else encoded[0]


def _place(instance_id: str, query: str) -> Place:
    try:
        versions = parse_qs(query, max_num_fields=16).get("version", [])
    except ValueError:
        versions = ["?"]
    if len(versions) > 1 or not all(DATE.fullmatch(version) for version in versions):
        return Place(instance_id, unclear=True)
    return Place(instance_id, versions[0] if versions else "")
