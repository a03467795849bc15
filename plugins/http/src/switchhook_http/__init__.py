"""HTTP for plugins: pooled connections of which none stays behind, bounded answers and
streams of events, errors by kind.

It imports aiohttp, yarl, anyio, idna and pydantic, and of Switchhook public names.
"""

from .addresses import ascii_address, ascii_host, is_web_address, shown_address
from .again import Again, RequestError, seconds_in, twice
from .bodies import json_in, json_object, object_at, read_out
from .client import JSON_HEADERS, Client
from .confided import Confided
from .connections import Connections
from .errors import CURES, REASONS, HttpError, HttpProblem, PrivateAddressError, ServiceError
from .events import Events, Lines
from .pool import Pool, Reply, Timeouts, call_headers
from .proxies import proxy_of
from .public import PublicConnections
from .secrets import HeaderSecret, SigningSecret
from .secured import secured
from .signature import in_header, key_in, signed, token
from .streamed import OneAtATime, Streamed, until_cancelled
from .threads import Threads
from .trust import trusting

__all__ = [
    "CURES",
    "JSON_HEADERS",
    "REASONS",
    "Again",
    "Client",
    "Confided",
    "Connections",
    "Events",
    "HeaderSecret",
    "HttpError",
    "HttpProblem",
    "Lines",
    "OneAtATime",
    "Pool",
    "PrivateAddressError",
    "PublicConnections",
    "Reply",
    "RequestError",
    "ServiceError",
    "SigningSecret",
    "Streamed",
    "Threads",
    "Timeouts",
    "ascii_address",
    "ascii_host",
    "call_headers",
    "in_header",
    "is_web_address",
    "json_in",
    "json_object",
    "key_in",
    "object_at",
    "proxy_of",
    "read_out",
    "seconds_in",
    "secured",
    "shown_address",
    "signed",
    "token",
    "trusting",
    "twice",
    "until_cancelled",
]
