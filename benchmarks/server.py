"""`switchhook serve` that also measures how late its event loop is; prints the figures when it ends."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio

from switchhook import App, hookimpl, load_settings
from switchhook.plugins.loader import Plugin, Plugins
from switchhook.serving.log.setup import set_up
from switchhook.serving.server import Server

TICK = 0.005  # seconds between looks at the clock


class Sampler:
    def __init__(self) -> None:
        self.late: list[float] = []

    @hookimpl
    def lifespan(self) -> AbstractAsyncContextManager[None]:
        return self._sampling()

    @asynccontextmanager
    async def _sampling(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._sample)
            yield
            tasks.cancel_scope.cancel()

    async def _sample(self) -> None:
        while True:
            due = time.monotonic() + TICK
            await anyio.sleep(TICK)
            self.late.append(max(0.0, time.monotonic() - due))

    def figures(self) -> dict[str, float]:
        late = sorted(self.late)
        ranks = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        lateness = {f"late_{name}": late[max(0, round(rank * len(late)) - 1)] for name, rank in ranks.items()}
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {**lateness, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}


def main(config: Path) -> None:
    set_up("json", "info")
    plugins, sampler = Plugins(), Sampler()
    plugins.hold(Plugin("extension/sampler", "benchmarks", "0", sampler))
    server = Server(App(load_settings(config), config.parent.absolute(), plugins))
    anyio.run(server.run, lambda urls: print(f"listening on {urls}", file=sys.stderr, flush=True))
    print(json.dumps(sampler.figures()), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
