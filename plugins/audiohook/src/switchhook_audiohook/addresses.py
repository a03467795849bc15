"""What an administrator types into Genesys: the base of the address, and what follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from switchhook import ServerSettings

    from .settings import Address

API_VERSION = "2024-08-25"  # of the watsonx Assistant API, current when this was written


def connector_id(address: Address) -> str:
    return f"{address.instance_id}/connect?version={address.api_version or API_VERSION}"


def base_uri(server: ServerSettings) -> str:
    """With one slash at its end: sources differ on whether Genesys inserts a missing one. Where no public
    URL is set, the address that the server listens on."""
    if server.public_url:
        return server.public_url.rstrip("/") + "/"
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"wss://{host}:{server.port}/"


def authority(url: str) -> str:
    """Host, and the port unless it is the scheme's own."""
    parts = urlsplit(url)
    return parts.netloc.lower().removesuffix(":443" if parts.scheme == "wss" else ":80")
