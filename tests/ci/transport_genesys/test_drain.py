"""Two servers behind a proxy, one of which is told to stop: callers who come all the while notice nothing."""

import re
import signal
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from switchhook import ServerSettings
from switchhook_audiohook.protocol import events

from ...real.end_to_end.served import PATH, served
from ...real.transport_genesys.live import SECRET, Phone, headers_for
from .proxies import NAME, PROXIES, PUBLIC, RECIPES, free_port, in_front

pytestmark = pytest.mark.anyio

TWO = [name for name in PROXIES if "two" in name]
SERVER = f'public_url = "{PUBLIC}"\nproxy = {{ trusted = ["127.0.0.1"] }}'
LIVE = 10  # calls that go on while a server stops
PAUSE = 0.05  # seconds between two callers


class Callers:
    """`ends`: how often each thing has happened to a caller; "hung up" is what should."""

    def __init__(self, port, trust):
        self._port, self._trust = port, trust
        self.ends = Counter()

    @asynccontextmanager
    async def call(self):
        url = f"wss://{NAME}{PATH}"
        options = {"host": "127.0.0.1", "port": self._port, "ssl": self._trust, "proxy": None}
        headers = headers_for(PUBLIC, PATH, SECRET)
        async with connect(url, additional_headers=headers, compression=None, **options) as ws:
            yield Phone(ws)

    async def one(self, until=None):
        """Is answered, stays until that, and hangs up."""
        try:
            with anyio.fail_after(60):
                async with self.call() as phone:
                    told = await phone.open()
                    if not isinstance(told, events.Opened):
                        self.ends[f"given back: {told}"] += 1
                        return
                    async with anyio.create_task_group() as group:
                        if until is not None:
                            group.start_soon(self._listen, phone)
                            await until.wait()
                            group.cancel_scope.cancel()
                    await phone.hang_up()
        except (OSError, TimeoutError, WebSocketException) as error:
            self.ends[f"{type(error).__name__}: {error}"] += 1
        else:
            self.ends["hung up"] += 1

    async def _listen(self, phone):
        while True:
            await phone.read()

    async def come(self, over):
        """One after the other, until that."""
        async with anyio.create_task_group() as group:
            while not over.is_set():
                group.start_soon(self.one)
                await anyio.sleep(PAUSE)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def start(stack, folder, notice):
    folder.mkdir()
    options = {"port": free_port(), "secret": SECRET, "server": SERVER, "notice": notice}
    return stack.enter_context(served(folder, **options))


@pytest.fixture
def set_up(authority, tmp_path):
    """Servers, and callers of the proxy in front of them."""

    @asynccontextmanager
    async def standing(recipe, notice):
        async with AsyncExitStack() as stack:
            count = 2 if "two" in recipe else 1
            servers = [
                await on_thread(start, stack, tmp_path / str(number), notice) for number in range(count)
            ]
            addresses = [f"127.0.0.1:{each.port}" for each in servers]
            proxy = in_front(recipe, authority, tmp_path, *addresses)
            yield servers, Callers(*await stack.enter_async_context(proxy))

    return standing


async def on_thread(asked, *given):
    return await anyio.to_thread.run_sync(asked, *given)


@pytest.mark.parametrize("recipe", TWO)
async def test_no_call_is_dropped_refused_or_reset_while_one_server_is_drained(recipe, set_up):
    leave, over = anyio.Event(), anyio.Event()
    async with set_up(recipe, f"{ServerSettings().notice:g}s") as ([first, second], callers):
        async with anyio.create_task_group() as group:
            for _ in range(LIVE):
                group.start_soon(callers.one, leave)
            group.start_soon(callers.come, over)
            await anyio.sleep(3)
            before = len(second.records())
            first.signal(signal.SIGTERM)
            await anyio.sleep(ServerSettings().notice + 2)
            assert first.process.poll() is None  # it has live calls
            leave.set()
            assert await on_thread(first.process.wait, 30) == 0
            await anyio.sleep(2)  # nobody listens there any more
            over.set()
        assert set(callers.ends) == {"hung up"}, callers.ends
        assert {each["outcome"] for each in first.records() + second.records()} == {"hung_up"}
        assert len(first.records()) > LIVE / 2
        assert len(second.records()) > before + 50


@pytest.mark.parametrize("recipe", [*TWO, "haproxy.cfg", "nginx.conf", "Caddyfile"])
async def test_a_caller_is_given_back_when_no_server_is_ready(recipe, set_up):
    """By the protocol, after which Genesys tries again: after a 503 it does not."""
    leave = anyio.Event()
    async with set_up(recipe, "100ms") as (servers, callers):
        async with anyio.create_task_group() as group:
            for _ in range(2 * LIVE):  # both have some
                group.start_soon(callers.one, leave)
            await anyio.sleep(2)
            for each in servers:
                each.signal(signal.SIGTERM)
            await anyio.sleep(8)  # the proxy knows it, whatever it asks how often
            assert [each.process.poll() for each in servers] == [None] * len(servers)
            for _ in range(6):
                await callers.one()
            leave.set()
        given_back = {end: count for end, count in callers.ends.items() if end != "hung up"}
        assert sum(given_back.values()) == 6
        assert all("reason='error'" in end for end in given_back), given_back


def test_a_proxy_that_asks_knows_before_notice_is_over():
    """Each answer may take as long as the pause until the next question."""
    haproxy, caddy = ((RECIPES / name).read_text() for name in ("haproxy-two.cfg", "Caddyfile-two"))
    [(inter, fall)] = re.findall(r"inter (\d+)s fall (\d+)", haproxy)
    waits = [2 * int(inter) * int(fall)]
    waits += [
        int(a) + int(b) for a, b in re.findall(r"health_interval (\d+)s\n\s+health_timeout (\d+)s", caddy)
    ]
    assert len(waits) == 2
    assert max(waits) < ServerSettings().notice
