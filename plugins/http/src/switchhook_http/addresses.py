"""Web addresses as people write them, in the form that travels."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

LONGEST = 8000  # characters: what servers take
LONGEST_HOST = 253
IN_PATH = "!$&'()*+,;=:@/~%[]|"  # beside letters and digits: as browsers leave them
IN_QUERY = IN_PATH + "?^`{}\\"
SHOWN = 200  # characters
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def ascii_address(address: str) -> str:
    """`https://bücher.example/größe?ä#b` as `https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe?%C3%A4`; what is
    in that form already stays as it is. Raises ValueError for what is no address of a host."""
    if len(address) > LONGEST:
        raise ValueError(f"expected an address of at most {LONGEST} characters, got {len(address)}")
    parts = urlsplit(address)
    netloc = _netloc(parts)
    path, query = _quoted(parts.path, IN_PATH), _quoted(parts.query, IN_QUERY)
    encoded = urlunsplit((parts.scheme, netloc, path, query, ""))
    if len(encoded) > LONGEST:
        raise ValueError(
            f"expected an address of at most {LONGEST} characters, got {len(encoded)} of its own"
        )
    return encoded


def is_web_address(address: str) -> bool:
    """Of a service, as an operator may write it: of http or https, without a user's name, a fragment or white
    space."""
    try:
        parts = urlsplit(address)
        port = parts.port  # raises for one that there cannot be
    except ValueError:
        return False
    told = parts.scheme in ("http", "https") and parts.hostname and port != 0
    return bool(told) and not (parts.username or parts.fragment or len(address.split()) != 1)


def shown_address(address: str) -> str:
    """For people and logs: without its query, which may hold a key, and without a user's name."""
    try:
        parts = urlsplit(ascii_address(address))
    except ValueError:
        return "an address that is none"
    shown = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def ascii_host(host: str) -> str:
    """In small letters, by IDNA as browsers use it (UTS 46); an IP address stays as it is. Raises
    ValueError."""
    if host.isascii():
        return host.lower()
    if len(host) > LONGEST_HOST:
        raise ValueError(f"expected a host of at most {LONGEST_HOST} characters, got {len(host)}")
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("the host is no name") from None


def _netloc(parts: SplitResult) -> str:
    if not parts.hostname:
        raise ValueError("expected an address with a host")
    host = ascii_host(parts.hostname)
    user, at, _ = parts.netloc.rpartition("@")
    port = "" if parts.port is None else f":{parts.port}"
    return f"{_quoted(user, IN_PATH)}{at}{f'[{host}]' if ':' in host else host}{port}"


def _quoted(text: str, safe: str) -> str:
    """What is quoted stays so. Half a surrogate pair, which JSON may hold, becomes a question mark."""
    return quote(_LONE_PERCENT.sub("%25", text), safe=safe, errors="replace")
