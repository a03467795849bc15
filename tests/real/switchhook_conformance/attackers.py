"""Those who do their worst to a server, in a process of their own, so that nobody who calls it well waits for them:
`python attackers.py FOLDER NAME`, until ended, or for a minute. The folder holds the profile of the server."""

import contextlib
import os
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from websockets.exceptions import ConnectionClosed

from switchhook import Options
from switchhook_conformance.bench import Bench
from switchhook_conformance.profile import Profile
from switchhook_conformance.verdict import Failed

LONGEST = 60.0  # seconds


async def drip(bench):
    """Slow-loris: a request that never ends."""
    stream = await anyio.connect_tcp(urlsplit(bench.profile.url).hostname, urlsplit(bench.profile.url).port)
    async with stream:
        await stream.send(b"GET / HTTP/1.1\r\n")
        for number in range(1000):
            await stream.send(f"X-{number}: a\r\n".encode())
            await anyio.sleep(0.05)


async def hold(bench):
    """Half-open: connects and says nothing."""
    stream = await anyio.connect_tcp(urlsplit(bench.profile.url).hostname, urlsplit(bench.profile.url).port)
    async with stream:
        await anyio.sleep_forever()


async def flood(bench, *messages):
    """A thousand messages a second, from sessions that were let in."""
    while True:
        async with bench.connect() as wire:
            await wire.opened()
            while not wire.over:
                for kind, parameters in messages:
                    await wire.send(kind, parameters)
                await anyio.sleep(0.001)


async def flood_audio(bench):
    while True:
        async with bench.connect() as wire:
            await wire.opened()
            while not wire.over:
                await wire.send_raw(b"\xff" * 65_000)
                await anyio.sleep(0.001)


async def forge(bench):
    """Texts that are no messages, of all kinds."""
    while True:
        for text in ("{", "[" * 5000, '{"version":"2"}', "\0", "{}" * 1000):
            async with bench.connect() as wire:
                await wire.send_raw(text)
                await wire.expect_any("disconnect", or_gone=True)


ATTACKS = {
    "slow requests": [drip] * 20,
    "half-open connections": [hold] * 50,
    "floods of pings": [lambda bench: flood(bench, ("ping", {}))] * 2,
    "floods of keys": [lambda bench: flood(bench, ("dtmf", {"digit": "1"}))] * 2,
    "floods of audio": [flood_audio] * 2,
    "forged messages": [forge] * 2,
}


async def relentless(attack, bench):
    while True:
        with contextlib.suppress(
            OSError, Failed, ConnectionClosed, anyio.BrokenResourceError, ExceptionGroup
        ):
            await attack(bench)
        await anyio.sleep(0.05)


async def attack(folder, name):
    table = tomllib.loads((folder / "profile.toml").read_text())
    bench = Bench(Options(table, place="profile", base=folder).parse(Profile))
    with anyio.move_on_after(LONGEST):
        async with anyio.create_task_group() as group:
            for one in ATTACKS[name]:
                group.start_soon(relentless, one, bench)


if __name__ == "__main__":
    os.nice(10)  # they have machines of their own in truth: here they get what the server leaves
    anyio.run(attack, Path(sys.argv[1]), sys.argv[2])
