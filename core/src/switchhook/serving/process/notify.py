"""What systemd is told of a server that it started: see sd_notify(3)."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping

import anyio

logger = logging.getLogger(__name__)

READY = ("READY=1", "STATUS=Answering calls")


class Notifier:
    """Says nothing where nobody asked for it."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = environ.get("WATCHDOG_USEC", "") if ours else ""
        self._period = int(microseconds) / 2e6 if microseconds.isdecimal() else 0.0

    def ready(self) -> None:
        self._tell(*READY)

    def reloading(self, stage: str) -> None:
        """As `Reloading` tells it."""
        match stage:
            case "begun":
                now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                self._tell("RELOADING=1", f"MONOTONIC_USEC={now}", "STATUS=Reading the configuration again")
            case "applied":
                self._tell(*READY)
            case _:
                self._tell("READY=1", "STATUS=Answering calls; the configuration is not applied: see the log")

    def taken_over(self, process: int) -> None:
        """That process is the server now, and tells the rest."""
        self._tell(f"MAINPID={process}")

    async def follow(self, begun: anyio.Event, calls: object) -> None:
        """For ever: that the event loop goes round, and when the end has begun, with what may go on."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._say_stopping, begun, calls)
            while self._address and self._period > 0:
                self._tell("WATCHDOG=1")
                await anyio.sleep(self._period)

    async def _say_stopping(self, begun: anyio.Event, calls: object) -> None:
        await begun.wait()
        self._tell("STOPPING=1", f"STATUS=Ending; {calls}")

    def _tell(self, *lines: str) -> None:
        """Never waits: a call would wait with it."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
                there.setblocking(False)
                there.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            logger.warning("cannot tell systemd %s: %s", lines[0], error.strerror or error)
