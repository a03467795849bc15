"""Why an upgrade is refused, and what a person most likely has to do about it."""

from __future__ import annotations

_CLOCK = "compare the clocks: this machine and Genesys may differ by 3 s; use NTP"
_CLIENT = "this is no request as Genesys signs it; if a proxy stands in front, let it pass headers unchanged"
_KEYS = "compare the API key in Genesys with: switchhook connector show"

CURES = {
    "missing-api-key": _CLIENT,
    "missing-signature": "type the client secret into the credentials of the integration in Genesys",
    "wrong-key": _KEYS,
    "bad-signature": (
        "compare the client secret in Genesys with the one here; public_url must be what Genesys connects to,"
        " and a proxy must pass Host and path on unchanged"
    ),
    "not-yet-valid": _CLOCK,
    "expired": _CLOCK,
    "too-old": _CLOCK,
    "nonce-replayed": "the same request came before: if no proxy repeats requests, somebody else does",
    "request too large": (
        "Genesys asks with some 2 kB: a proxy in front may add headers, and should add fewer;"
        " if there is none, this is no request of Genesys"
    ),
    "unknown path": "compare base URI and Connector ID with: switchhook connector show",
    "too many calls": "raise [server] max_calls, or add a server",
    "the server is stopping": "nothing, if it is meant to; other servers should take the call",
}


def cure(reason: str) -> str:
    """Of a refusal's reason; what is not in the table is a request that Genesys does not send."""
    return CURES.get(reason, _CLIENT)
