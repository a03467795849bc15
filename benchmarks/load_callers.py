"""The callers of `load.py`: `python benchmarks/load_callers.py KIND URL CALLS RAMP [CA]`.

KIND is "bare" for a relay, "listening" or "talking" for AudioHook. Calls begin evenly within RAMP seconds,
and who hangs up calls again; "once" instead of "talking": he does not; "visiting": he hangs up when the
greeting sounds. One clock beats for all of them.
Prints "ready" when all have begun; for each line on standard input what they have found and how late the
beat was.
"""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
import sys
from functools import partial
from urllib.parse import urlsplit

import anyio
from load_caller import PERIOD, Found, Listener, Streamer, Talker
from process import HOST, INSTANCE, LOOP, percentile, started

TICK = 0.005  # seconds of the common clock


class Visitor(Talker):
    """Hangs up as soon as the greeting sounds."""

    def hear(self, audio: bytes) -> None:
        super().hear(audio)
        self.hang_up()


KINDS = {"bare": Streamer, "listening": Listener, "talking": Talker, "once": Talker, "visiting": Visitor}
AGAIN = 0.5  # seconds until somebody whose call was given back calls again


class Beat:
    """Frames of all callers, spread over the period: one timer instead of a thousand."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._slots: list[list[Streamer]] = [[] for _ in range(round(PERIOD / TICK))]
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        self._at = 0
        self._turn()

    def add(self, caller: Streamer) -> None:
        min(self._slots, key=len).append(caller)

    def remove(self, caller: Streamer) -> None:
        for slot in self._slots:
            if caller in slot:
                slot.remove(caller)

    def _turn(self) -> None:
        self.late.append(self._loop.time() - self._due)
        for caller in list(self._slots[self._at]):
            if not caller.transport.is_closing():
                caller.beat()
        self._at = (self._at + 1) % len(self._slots)
        self._due += TICK
        self._loop.call_at(self._due, self._turn)


@dataclasses.dataclass
class Crowd:
    kind: str
    url: str
    context: ssl.SSLContext | None
    beat: Beat
    found: Found
    live: int = 0

    async def caller(self, number: int, later: float, begun: asyncio.Event) -> None:
        await asyncio.sleep(later)
        while True:
            answered = await self._call(number, begun)
            if self.kind in ("once", "visiting"):
                return
            await asyncio.sleep(0 if answered else AGAIN)

    async def _call(self, number: int, begun: asyncio.Event) -> bool:
        where = urlsplit(self.url)
        path = "/" if self.kind == "bare" else f"/{INSTANCE}/connect?version=2024-08-25"
        made = KINDS[self.kind](where.netloc, path, number, self.found)
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: made, HOST, where.port or 0, ssl=self.context
            )
        except OSError as error:
            self.found.errors.append(str(error))
            return False
        if not await made.start():
            made.transport.close()
            return False
        begun.set()
        self.beat.add(made)
        self.live += 1
        try:
            await made.over.wait()
        finally:
            self.beat.remove(made)
            self.live -= 1
        return not made.refused

    def figures(self) -> dict[str, object]:
        late, self.beat.late = self.beat.late, []
        return {**dataclasses.asdict(self.found), "late": percentile(late, 0.99), "live": self.live}


async def main(kind: str, url: str, calls: int, ramp: float, ca: str) -> None:
    context = ssl.create_default_context(cafile=ca) if ca else None
    crowd = Crowd(kind, url, context, Beat(), Found())
    async with anyio.create_task_group() as group:
        begun = [asyncio.Event() for _ in range(calls)]
        for number in range(calls):
            group.start_soon(crowd.caller, number, ramp * number / calls, begun[number])
        for each in begun:
            await each.wait()
        started("ready", crowd.figures)
        await anyio.sleep_forever()


if __name__ == "__main__":
    _, kind, url, calls, ramp, *ca = sys.argv
    run = partial(main, kind, url, int(calls), float(ramp), "".join(ca))
    anyio.run(run, backend_options=LOOP)
