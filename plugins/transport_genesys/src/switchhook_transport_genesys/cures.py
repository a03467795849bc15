"""Why an upgrade is refused, or a session complained of, and what a person most likely has to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from switchhook import Busy
from switchhook_audiohook.signature import Verdict

_CLOCK = "compare the clocks: this machine and Genesys may differ by 3 s; use NTP"
_CLIENT = "this is no request as Genesys signs it; if a proxy stands in front, let it pass headers unchanged"
_KEYS = "compare the API key in Genesys with: switchhook connector show"


class Reason(StrEnum):
    """Reasons beside the verdicts on signatures and those of the server."""

    TOO_LARGE = "request too large"
    UNKNOWN_PATH = "unknown path"
    KEY_UNSIGNED = "signed, and the key is configured unsigned"


CURES: Mapping[str, str] = {
    Verdict.MISSING_API_KEY: _CLIENT,
    Verdict.MISSING_SIGNATURE: "type the client secret into the credentials of the integration in Genesys",
    Verdict.WRONG_KEY: _KEYS,
    Verdict.BAD_SIGNATURE: (
        "compare the client secret in Genesys with the one here; public_url must be what Genesys connects to,"
        " and a proxy must pass Host and path on unchanged"
    ),
    Verdict.NOT_YET_VALID: _CLOCK,
    Verdict.EXPIRED: _CLOCK,
    Verdict.TOO_OLD: _CLOCK,
    Verdict.NONCE_REPLAYED: "the same request came before: if no proxy repeats requests, somebody else does",
    Reason.TOO_LARGE: (
        "Genesys asks with some 2 kB: a proxy in front may add headers, and should add fewer;"
        " if there is none, this is no request of Genesys"
    ),
    Reason.KEY_UNSIGNED: (
        "this API key is configured unsigned = true: give it the client_secret that Genesys has, or clear the"
        " client secret in the credentials of the integration in Genesys"
    ),
    Reason.UNKNOWN_PATH: "compare base URI and Connector ID with: switchhook connector show",
    Busy.FULL: "raise [server] max_calls, or add a server",
    Busy.LATE: "add a server or, where cores are free, [server] workers; what is slow is in the log",
    Busy.STOPPING: "nothing, if it is meant to; other servers should take the call",
}


def cure(reason: str) -> str:
    """The cure for a refusal's reason. For one that is not in the table, the request is none that Genesys
    sends."""
    return CURES.get(reason, _CLIENT)


OF_ERRORS: Mapping[int, str] = {
    408: "what the client waited for came too late: look at how busy this machine is, and at the way to it",
    415: (
        "the integration in Genesys is one of AudioHook Monitor, which only listens and takes no audio: add"
        " one of Audio Connector, and name that in the flow's Call Audio Connector"
    ),
}
"""By the code of the client's `error`; most of them say themselves what is wrong."""
