"""HTTP for plugins: pooled connections of which none stays behind, bounded answers and
streams of events, errors by kind.

It imports httpcore2, anyio and idna, and of Switchhook nothing.
"""

from .addresses import ascii_address, ascii_host, shown_address
from .connections import Connections, ReadyConnections
from .errors import HttpError, HttpProblem, PrivateAddressError
from .events import Events
from .pool import Pool, Reply, Timeouts
from .proxies import proxy_of
from .public import PublicConnections
from .secured import secured

__all__ = [
    "Connections",
    "Events",
    "HttpError",
    "HttpProblem",
    "Pool",
    "PrivateAddressError",
    "PublicConnections",
    "ReadyConnections",
    "Reply",
    "Timeouts",
    "ascii_address",
    "ascii_host",
    "proxy_of",
    "secured",
    "shown_address",
]
