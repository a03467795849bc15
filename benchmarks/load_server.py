"""The servers of our own that `load.py` measures.

`python benchmarks/load_server.py switchhook FOLDER` is what `switchhook serve` has, of the configuration in
FOLDER; "bare_tls URL FOLDER" is the bare relay of `relay_server.py` with TLS at both ends. Each prints its
URL, and for each line on standard input its CPU time and how many frames came, or what else there is to see.
"""

from __future__ import annotations

import asyncio
import gc
import os
import ssl
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import relay_server
from process import HOST, LOOP, percentile, started
from relay_server import Count
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from switchhook import App, load_settings
from switchhook.serving.measuring.lateness import Lateness
from switchhook.serving.server import Server

PAGE = os.sysconf("SC_PAGE_SIZE")


class Lag:
    """How late the event loop is, since it was asked last, as the server's own beats tell: a timer beside
    them would count as the server's cost."""

    def __init__(self, lateness: Lateness) -> None:
        self._late: list[float] = [0.0]
        self._note = lateness.note
        lateness.note = self.note  # type: ignore[method-assign]

    def note(self, late: float) -> float | None:
        self._late.append(late)
        return self._note(late)

    def figures(self) -> dict[str, float]:
        late, self._late = self._late, [0.0]
        return {"late_p50": percentile(late, 0.5), "late_p99": percentile(late, 0.99), "late_max": max(late)}


def resident() -> float:
    """MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


async def switchhook(folder: str) -> None:
    base = Path(folder)
    server = Server(App(load_settings(base / "switchhook.toml"), base))

    def figures() -> dict[str, object]:
        seen = {"calls": len(server.calls), "tasks": len(asyncio.all_tasks()), "mb": resident()}
        return {**seen, "descriptors": len(list(Path("/proc/self/fd").iterdir())), **lag.figures()}

    async with server.succession.running(), server.listening() as urls:
        gc.collect()
        gc.freeze()
        lag = Lag(server.succession.lateness)
        started(urls.partition(" ")[0], figures)
        await anyio.sleep_forever()


async def bare_tls(url: str, folder: str) -> None:
    """The same loop of `websockets` as without TLS."""
    inside = ssl.create_default_context(cafile=f"{folder}/ca.pem")
    outside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    outside.load_cert_chain(f"{folder}/server.pem")

    async def relay(caller: ServerConnection) -> None:
        async with connect(url, compression=None, ssl=inside) as onward:
            with suppress(ConnectionClosed):
                async for message in caller:
                    Count.came += 1
                    await onward.send(message)

    async with serve(relay, HOST, 0, compression=None, ssl=outside) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        started(f"wss://{HOST}:{port}/", lambda: {"came": Count.came})
        await anyio.sleep_forever()


KINDS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "switchhook": switchhook,
    "bare_tls": bare_tls,
    "bare": relay_server.bare,
}

if __name__ == "__main__":
    anyio.run(partial(KINDS[sys.argv[1]], *sys.argv[2:]), backend_options=LOOP)
