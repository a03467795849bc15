"""A network that is cut while audio goes out: the system says so, and nobody has to ask. It happens on a loopback
interface that belongs to this test alone."""

import os
import shutil
import subprocess
import sys

import pytest

TOOLS = ("unshare", "ip")
able = os.name == "posix" and os.geteuid() == 0 and all(map(shutil.which, TOOLS))
CALLER = """
import asyncio, subprocess, sys
from websockets.asyncio.server import serve
from switchhook_websocket import Limits, connect

class Handler:
    def __init__(self):
        self.over = asyncio.get_running_loop().create_future()

    text = binary = writable = lambda *_: None

    def lost(self, why):
        self.over.set_result(why)

async def keep(socket):
    async for _ in socket:
        pass

async def main():
    handler, now = Handler(), asyncio.get_running_loop().time
    async with serve(keep, "127.0.0.1", 0) as server:
        url = "ws://127.0.0.1:%d/" % server.sockets[0].getsockname()[1]
        async with connect(url, handler, limits=Limits(unconfirmed=1.0, closing=0.2)) as socket:
            for number in range(40):
                socket.send(bytes(1600))
                await asyncio.wait({handler.over}, timeout=0.2)
                if handler.over.done():
                    print(handler.over.result(), now() - cut)
                    break
                if number == 2:
                    subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
                    cut = now()
    sys.stdout.flush()
    __import__("os")._exit(0)  # the server's end would wait for the network

asyncio.run(main())
"""


@pytest.mark.skipif(not able, reason="making a network of one's own needs Linux, root, unshare and ip")
def test_a_cut_network_is_noticed_within_five_seconds():
    command = ["unshare", "--net", "sh", "-c", f'ip link set lo up && exec {sys.executable} -c "$0"', CALLER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    why, seconds = done.stdout.rsplit(maxsplit=1)
    assert why == "the connection broke"
    assert 0.9 < float(seconds) < 5
