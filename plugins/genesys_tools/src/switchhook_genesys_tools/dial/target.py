"""Where to call: a connector of a configuration, or an address."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from switchhook import Options, SettingsError, did_you_mean, load_settings
from switchhook_audiohook.addresses import authority, base_uri, connector_id
from switchhook_audiohook.credentials import API_KEY, decode_secret
from switchhook_audiohook.settings import GenesysSettings, read_addresses

from .plan import Target

if TYPE_CHECKING:
    from switchhook import ServerSettings

REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where to dial a server that listens on all addresses


def of_connector(config: Path, name: str, port: int | None = None) -> Target:
    """The server is dialled where it listens, under its public name; on this machine, where it was given
    another `port` than its own. Raises SettingsError."""
    settings = load_settings(config)
    if settings.transport.use not in ("", "genesys"):
        raise SettingsError(f"transport.use: expected 'genesys' to dial, got {settings.transport.use!r}")
    if name not in settings.connectors:
        hint = did_you_mean(name, sorted(settings.connectors))
        raise SettingsError(f"there is no connector {name!r}; {hint}")
    base = config.parent.absolute()
    genesys = Options(settings.transport.table(), place="transport", base=base).parse(GenesysSettings)
    found = read_addresses({name: settings.connectors[name].address}, genesys)
    _, address = next(iter(found.values()))
    key = genesys.integrations[address.integration].keys[-1]  # the newest, when two are valid
    server, connector = settings.server, settings.connectors[name]
    if port is not None:
        server = server.model_copy(update={"port": port, "host": "127.0.0.1"})
    if not server.port:
        raise SettingsError("server.port is 0, any free port; dial the URL that serve printed")
    return Target(
        _url(server, connector_id(address)),
        key.api_key.get_secret_value(),
        key.secret,
        (REACHABLE.get(server.host, server.host), server.port),
        _trusting(server),
        connector.language,
        name,
        settings.records.directory,
        "transcripts" in connector.unmask,
    )


def of_url(url: str, api_key: str, secret_file: str | None) -> Target:
    """`secret_file` is `@FILE`. Raises SettingsError."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise SettingsError(f"expected wss://HOST/INSTANCE-ID/connect?version=YYYY-MM-DD, got {url!r}")
    if not API_KEY.fullmatch(api_key):
        raise SettingsError("--api-key: expected letters, digits, + / _ - and at most two = at the end")
    return Target(url, api_key, None if secret_file is None else _read_secret(secret_file))


def _read_secret(argument: str) -> bytes:
    if not argument.startswith("@"):
        raise SettingsError("--client-secret: expected @FILE, so that no list of processes shows the secret")
    try:
        return decode_secret(Path(argument[1:]).read_text("utf-8").rstrip("\r\n"))
    except OSError as error:
        raise SettingsError(f"--client-secret: cannot read {argument[1:]}: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"--client-secret: {error}") from None


def _url(server: ServerSettings, connector: str) -> str:
    """The public name, with or without TLS as the server itself speaks: TLS may end at a proxy before it."""
    base = base_uri(server)
    scheme = "wss" if server.tls else "ws"
    return f"{scheme}://{authority(base)}{urlsplit(base).path}{connector}"


def _trusting(server: ServerSettings) -> ssl.SSLContext | None:
    """The server's own certificate is trusted, so that one that is self-signed can be tried out."""
    if server.tls is None:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(server.tls.certificate)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"server.tls.certificate: cannot read {server.tls.certificate}: {error.strerror}"
        ) from None
    # without a public URL there is no name that the certificate could be for
    context.check_hostname = server.public_url is not None
    return context
