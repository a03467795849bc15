"""The proxy that the environment names, as `requests` and so the SDK would take it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2


def proxy_of(url: str) -> str | None:
    """The URL of HTTPS_PROXY or ALL_PROXY, unless NO_PROXY names the host."""
    parts, proxies = urlsplit(url), getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named or proxy_bypass(parts.hostname or ""):
        return None
    return named if "://" in named else f"http://{named}"


def for_http(url: str | None) -> httpcore2.Proxy | None:
    if url is None:
        return None
    proxy = urlsplit(url)
    auth = (unquote(proxy.username), unquote(proxy.password or "")) if proxy.username else None
    host = f"[{proxy.hostname}]" if ":" in (proxy.hostname or "") else proxy.hostname
    default = 443 if proxy.scheme == "https" else 80
    return httpcore2.Proxy(f"{proxy.scheme}://{host}:{proxy.port or default}", auth=auth)
