"""The proxy that the environment names, as `requests` and so the SDK would take it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2


def proxy_for(url: str) -> httpcore2.Proxy | None:
    """HTTPS_PROXY or ALL_PROXY, unless NO_PROXY names the host."""
    parts, proxies = urlsplit(url), getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named or proxy_bypass(parts.hostname or ""):
        return None
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    auth = (unquote(proxy.username), unquote(proxy.password or "")) if proxy.username else None
    host = f"[{proxy.hostname}]" if ":" in (proxy.hostname or "") else proxy.hostname
    default = 443 if proxy.scheme == "https" else 80
    return httpcore2.Proxy(f"{proxy.scheme}://{host}:{proxy.port or default}", auth=auth)
