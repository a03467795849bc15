"""The proxy that the environment names, as `requests` and so the SDK would take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from aiohttp import encode_basic_auth
from yarl import URL

from switchhook import SettingsError

UNFIT = (
    "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY: expected a proxy of HTTP, such as http://proxy.example.com:3128 "
    "or http://NAME:PASSWORD@HOST:PORT; NO_PROXY names hosts that are to be reached without it"
)


def proxy_of(url: str) -> str | None:
    """The URL of HTTPS_PROXY or ALL_PROXY, unless NO_PROXY names the host."""
    parts, proxies = urlsplit(url), getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named or proxy_bypass(parts.hostname or ""):
        return None
    return named if "://" in named else f"http://{named}"


class Proxy(NamedTuple):
    """`headers`: who we are, for the proxy alone."""

    url: URL
    headers: Mapping[str, str]


def for_http(url: str) -> Proxy:
    """Raises SettingsError, which does not quote what may hold a password."""
    try:
        parts = URL(url)
        fits = parts.scheme in ("http", "https") and parts.host and parts.port
    except ValueError:
        fits = False
    if not fits:
        raise SettingsError(UNFIT)
    headers = {}
    if parts.user:
        headers["Proxy-Authorization"] = encode_basic_auth(parts.user, parts.password or "")
    return Proxy(parts.with_user(None), headers)
