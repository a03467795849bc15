"""What a transport must hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

import anyio

from ...contract.audio import BYTES_PER_SAMPLE, AudioFormat
from ...contract.leg import Busy, Closed, Digit, Outcome, Pace, Transport, TurnReport
from .desk import Desk, Guest
from .leg import (
    AFTER,
    ANSWERS,
    CLOSES,
    FORMAT,
    HEARD,
    HUNG_UP,
    INFO,
    MIXED,
    ORDER,
    PLAIN,
    REFUSES,
    SERVES,
    THREAD,
)
from .report import Report, examine
from .sound import pattern

SOON = 10.0  # seconds in which a call comes to its end
CALLS = 3  # at once
FRAMES = 20  # that a caller speaks
BLOCKS = 0.5  # seconds: of one plain call


class Peer(Protocol):
    """The other end of a call, by the author's own client. If it can send keys, it has `async press(key)`."""

    async def speak(self, audio: bytes, /) -> None:
        """Audio of the caller, in the line's format."""

    async def hear(self) -> bytes:
        """Audio as it comes, nothing once the call is over. It is read in a task of its own."""

    async def hang_up(self) -> None: ...


Dialling = Callable[[str], AbstractAsyncContextManager[Peer]]


async def check_transport(
    factory: Callable[[], Transport],
    dial: Dialling,
    connectors: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """`dial` calls the address that the transport reports; leaving what it gives breaks the connection, where
    it is still there. `connectors`: names and `address` tables, as far as the transport asks for them. Raises
    ContractBroken."""
    report = Report("Transport")
    desk = Desk(connectors or {"test": {}})

    async def examination(transport: Transport) -> None:
        async with anyio.create_task_group() as group:
            urls: Sequence[str] = ()
            with report.within(SERVES, "addresses"):
                urls = await group.start(transport.serve, desk)
            if report.hold(urls and not isinstance(urls, str), SERVES, "addresses", repr(urls)):
                await _Examination(report, desk, urls[0], dial).run()
            else:
                report.give_up("it serves nowhere")
            group.cancel_scope.cancel()

    try:
        await examine(report, factory, examination)
    finally:
        desk.close()
    report.close()


class _Examination:
    def __init__(self, report: Report, desk: Desk, url: str, dial: Dialling) -> None:
        self._report, self._desk, self._url, self._dial = report, desk, url, dial

    async def run(self) -> None:
        with self._report.within(ANSWERS, "a leg for a caller"):
            async with self._call():
                pass
        if self._report.broken(ANSWERS):
            self._report.give_up("nobody is answered")
            return
        for probe in (self._talk, self._hung_up, self._several, self._deaf, self._busy):
            await probe()
        self._report.hold(self._desk.one_thread, THREAD, "one thread", "another")

    @asynccontextmanager
    async def _call(self) -> AsyncIterator[tuple[Peer, Guest]]:
        """A caller who listens all the time, and his leg."""
        async with self._dialled() as peer, anyio.create_task_group() as group:
            guest = await self._desk.next()
            group.start_soon(self._listen, peer, guest)
            yield peer, guest
            guest.start()  # where the part had no need of it: only then does the call end
            group.cancel_scope.cancel()

    @asynccontextmanager
    async def _dialled(self) -> AsyncIterator[Peer]:
        async with AsyncExitStack() as stack:
            with self._report.tasks.ignored():
                peer = await stack.enter_async_context(self._dial(self._url))
            yield peer

    async def _listen(self, peer: Peer, guest: Guest) -> None:
        while data := await peer.hear():
            guest.ear += data
            guest.change()
        guest.hung = True
        guest.change()

    # --- parts

    async def _talk(self) -> None:
        with self._report.within(CLOSES, "a call that comes to its end"):
            async with self._call() as (peer, guest):
                self._look_at(guest)
                await self._speak(peer, guest)
                await self._play(guest)
                self._plain(guest)
                await self._end(guest)

    def _look_at(self, guest: Guest) -> None:
        info, audio, pace = guest.leg.info, guest.leg.audio, guest.leg.pace
        known = info.connector in self._desk.connectors
        self._report.hold(
            known and info.id, INFO, f"one of {[*self._desk.connectors]}, and an id", repr(info)
        )
        form: object = audio
        coding = isinstance(form, AudioFormat) and audio.encoding in BYTES_PER_SAMPLE
        given: object = pace
        speed = isinstance(given, Pace) and min(pace.rate, pace.burst, pace.largest, pace.frame) > 0
        self._report.hold(coding and speed, FORMAT, "an AudioFormat and a Pace", f"{audio!r}, {pace!r}")

    async def _speak(self, peer: Peer, guest: Guest) -> None:
        """Half of it before the leg is started."""
        frames = [pattern(number, guest.leg.audio.size(0.1)) for number in range(FRAMES)]
        press = getattr(peer, "press", None)
        half = len(frames) // 2
        for frame in frames[:half]:
            await peer.speak(frame)
        if press is not None:
            await press("5")
        await anyio.sleep(0.2)
        guest.start()
        for frame in frames[half:]:
            await peer.speak(frame)
        sent = b"".join(frames)
        with anyio.move_on_after(SOON):
            await guest.until(lambda: len(guest.heard) >= len(sent))
        came = f"{len(guest.heard)} bytes" + " of other audio" * (len(guest.heard) == len(sent))
        self._report.hold(bytes(guest.heard) == sent, ORDER, f"{len(sent)} bytes as they were sent", came)
        keys = [(event.key, at) for event, at in guest.events if isinstance(event, Digit)]
        at = len(b"".join(frames[:half]))
        right = press is None or keys == [("5", at)]
        self._report.hold(right, ORDER, f"the key 5 after {at} bytes", f"keys and bytes before them: {keys}")

    async def _play(self, guest: Guest) -> None:
        leg = guest.leg
        size = min(leg.pace.largest, leg.audio.size(leg.pace.frame))
        size -= size % BYTES_PER_SAMPLE[leg.audio.encoding]
        frames = [pattern(number, size) for number in range(5)]
        for frame in frames:
            self._plainly(lambda frame=frame: leg.play(frame), "play")  # type: ignore[misc]
        sent = b"".join(frames)
        with anyio.move_on_after(SOON):
            await guest.until(lambda: len(guest.ear) >= len(sent))
        came = f"{len(guest.ear)} bytes" + " of other audio" * (len(guest.ear) == len(sent))
        self._report.hold(bytes(guest.ear) == sent, HEARD, f"{len(sent)} bytes as they were played", came)

    def _plainly(self, call: Callable[[], object], name: str) -> None:
        began = self._report.clock()
        with self._report.quiet(PLAIN, f"no exception from {name}"):
            given = call()
            self._report.hold(given is None, PLAIN, f"None from {name}", type(given).__name__)
        lasted = self._report.clock() - began
        self._report.hold(lasted < BLOCKS, PLAIN, f"{name} to give at once", f"{lasted:.1f} s")

    def _plain(self, guest: Guest) -> None:
        leg = guest.leg
        self._plainly(leg.flush, "flush")
        self._plainly(leg.pause, "pause")
        self._plainly(leg.resume, "resume")
        self._plainly(lambda: leg.tell(TurnReport("match", "hello", 0.9)), "tell")

    async def _end(self, guest: Guest) -> None:
        self._plainly(lambda: guest.leg.end(Outcome("completed"), {"name": "value"}), "end")
        with anyio.move_on_after(SOON):
            await guest.until(lambda: guest.closed and guest.hung)
        came = f"events {guest.names}, the peer {'was told' if guest.hung else 'was not told'}"
        self._report.hold(
            guest.closed and guest.hung, CLOSES, f"Closed, and a peer that knows, in {SOON:g} s", came
        )
        self._after(guest)
        await anyio.sleep(0.1)
        self._report.hold(guest.names[-1:] == ["Closed"], AFTER, "nothing after Closed", guest.names)

    def _after(self, guest: Guest) -> None:
        """Whatever the engine still asks for, with a raise of its own in no method."""
        leg = guest.leg
        with self._report.quiet(AFTER, "no exception"):
            leg.play(leg.audio.silence(0.1))
            leg.flush()
            leg.pause()
            leg.resume()
            leg.tell(TurnReport("no_input"))
            leg.end(Outcome("error", "again"), {})

    async def _hung_up(self) -> None:
        for politely in (True, False):
            how = "hung up" if politely else "was lost"
            with self._report.within(HUNG_UP, f"Closed once the caller {how}"):
                async with self._call() as (peer, guest):
                    guest.start()
                    if politely:
                        await peer.hang_up()
                        with anyio.move_on_after(SOON):
                            await guest.until(lambda: guest.closed)
                with anyio.move_on_after(SOON):
                    await guest.until(lambda: guest.closed)
                once = guest.names.count("Closed") == 1
                self._report.hold(once, HUNG_UP, f"Closed, once, after the caller {how}", guest.names)
                reasons = [event.reason for event, _ in guest.events if isinstance(event, Closed)]
                ours = "ended" in reasons
                self._report.hold(not ours, HUNG_UP, "the reason hung_up or lost", reasons)
                self._after(guest)

    async def _several(self) -> None:
        async with anyio.create_task_group() as group:
            guests: list[Guest] = []
            everybody = anyio.Event()

            async def one(number: int) -> None:
                with self._report.within(MIXED, "three calls at once"):
                    async with self._call() as (peer, guest):
                        guests.append(guest)
                        if len(guests) == CALLS:
                            everybody.set()
                        guest.start()
                        mine = bytes([number]) * guest.leg.audio.size(0.5)
                        await peer.speak(mine)
                        with anyio.move_on_after(SOON):
                            await guest.until(lambda: len(guest.heard) >= len(mine))
                        await everybody.wait()  # all of them live at once
                        await anyio.sleep(0.1)

            for number in range(1, CALLS + 1):
                group.start_soon(one, number)
        bytes_heard = [set(guest.heard) for guest in guests]
        apart = all(len(each) == 1 for each in bytes_heard) and len(set(map(frozenset, bytes_heard))) == len(
            guests
        )
        self._report.hold(apart, MIXED, "each leg to hear its own caller", f"{bytes_heard}")
        ids = {guest.leg.info.id for guest in guests}
        self._report.hold(len(ids) == len(guests), INFO, "an id for each call", sorted(ids))

    async def _deaf(self) -> None:
        """A caller who does not read, and a bot that talks and then ends the call."""
        with self._report.within(CLOSES, "an end, though the peer reads nothing"):
            async with self._dialled():
                guest = await self._desk.next()
                guest.start()
                leg = guest.leg
                for _ in range(20):
                    frame = leg.audio.silence(min(leg.pace.frame, leg.audio.seconds(leg.pace.largest)))
                    self._plainly(lambda frame=frame: leg.play(frame), "play")  # type: ignore[misc]
                self._plainly(leg.flush, "flush")
                self._plainly(lambda: leg.end(Outcome("completed"), {}), "end")
            with anyio.move_on_after(SOON):
                await guest.until(lambda: guest.closed)
            self._report.hold(guest.closed, CLOSES, "Closed, though the peer read nothing", guest.names)

    async def _busy(self) -> None:
        self._desk.busy = Busy.FULL
        before = len(self._desk.guests)
        with anyio.move_on_after(SOON):
            try:
                async with self._dialled() as peer:
                    while await peer.hear():
                        pass
            except Exception:  # noqa: BLE001, S110  # as it should be: nobody answers
                pass
        self._desk.busy = None
        came = len(self._desk.guests) - before
        self._report.hold(not came, REFUSES, "no leg while the server is full", f"{came}")
        self._report.hold(self._desk.refusals, REFUSES, "refused() to be told", "nothing")
        with self._report.within(REFUSES, "a leg once there is room again"):
            async with self._call():
                pass
