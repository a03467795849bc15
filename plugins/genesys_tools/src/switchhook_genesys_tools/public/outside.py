"""Where the outside is reached. Tests reach loopback instead."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outside:
    port: int = 443  # that Genesys connects to
    address: tuple[str, int] | None = None  # where the public name leads, if not where the DNS says
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    now: Callable[[], float] = time.time
    clock: tuple[str, int] | None = ("api.mypurecloud.com", 443)  # whose `Date` is that of Genesys
