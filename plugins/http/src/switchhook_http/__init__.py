"""HTTP for plugins: pooled connections of which none stays behind, bounded answers, errors by kind.

It imports httpcore2 and anyio, and of Switchhook nothing.
"""

from .connections import Connections, ReadyConnections
from .errors import HttpError, HttpProblem, PrivateAddressError
from .pool import Pool, Reply, Timeouts
from .proxies import proxy_of
from .public import PublicConnections
from .secured import secured

__all__ = [
    "Connections",
    "HttpError",
    "HttpProblem",
    "Pool",
    "PrivateAddressError",
    "PublicConnections",
    "ReadyConnections",
    "Reply",
    "Timeouts",
    "proxy_of",
    "secured",
]
