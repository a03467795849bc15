"""The admin port, over a real socket."""

import json
import socket
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace

import anyio
import pytest

from switchhook import AdminPage, StartError
from switchhook.contract.settings import AdminSettings
from switchhook.serving.process.admin import open_admin, serve_admin

pytestmark = pytest.mark.anyio


def health(reason=None, alive=True):  # as the server has it
    return SimpleNamespace(ready=lambda: reason, alive=lambda: alive)


@asynccontextmanager
async def admin(reason=None, page=lambda path: None, *, alive=True):
    """What asks the running port: bytes to bytes, until the other side closes."""

    with open_admin(AdminSettings(port=0)) as here:
        port = here.getsockname()[1]
        async with anyio.create_task_group() as group:
            await group.start(serve_admin, health(reason, alive), page, here)
            ask = partial(asked, port)
            ask.port = port  # type: ignore[attr-defined]
            yield ask
            group.cancel_scope.cancel()


async def asked(port, request):
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(request)
        return await read(stream)


async def read(stream):
    answer = b""
    with anyio.fail_after(5):
        try:
            async for chunk in stream:
                answer += chunk
        except anyio.BrokenResourceError:
            pass  # closed with our bytes unread
    return answer


def get(path, method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def split(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


async def test_a_living_process_says_so():
    async with admin() as ask:
        assert split(await ask(get("/livez"))) == (200, {"status": "alive"})


async def test_a_process_that_was_stuck_says_so():
    async with admin(alive=False) as ask:
        assert split(await ask(get("/livez"))) == (503, {"status": "stuck"})


async def test_a_server_that_takes_calls_is_ready():
    async with admin() as ask:
        assert split(await ask(get("/readyz"))) == (200, {"status": "ready"})


async def test_a_server_that_takes_no_call_says_why():
    async with admin("too many calls") as ask:
        assert split(await ask(get("/readyz"))) == (503, {"status": "not ready", "reason": "too many calls"})


async def test_a_server_that_takes_no_call_is_alive():
    async with admin("too many calls") as ask:
        assert split(await ask(get("/livez")))[0] == 200


async def test_another_path_is_refused_with_those_there_are():
    async with admin() as ask:
        assert split(await ask(get("/"))) == (
            404,
            {"status": "not found", "paths": "/livez /readyz, and those of plugins"},
        )


async def test_a_query_is_no_part_of_the_path():
    async with admin() as ask:
        assert split(await ask(get("/livez?verbose=1")))[0] == 200


async def test_head_is_answered_without_a_body():
    async with admin() as ask:
        answer = await ask(get("/livez", "HEAD"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")


async def test_after_head_the_next_request_is_answered():
    async with admin() as ask:
        await ask(get("/readyz", "HEAD"))
        assert split(await ask(get("/readyz")))[0] == 200


async def test_the_connection_is_closed_after_the_answer():
    async with admin() as ask:
        assert b"connection: close" in (await ask(get("/livez"))).lower()


async def test_a_request_in_pieces_is_put_together():
    async with admin() as ask, await anyio.connect_tcp("127.0.0.1", ask.port) as stream:
        for byte in get("/livez"):
            await stream.send(bytes([byte]))
        assert split(await read(stream))[0] == 200


GARBAGE = {
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "a long line": b"GET /" + b"a" * 200_000,
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
    "a wrong length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
}


@pytest.mark.parametrize("kind", GARBAGE)
async def test_after_garbage_the_next_request_is_answered(kind):
    async with admin() as ask:
        assert await ask(GARBAGE[kind]) == b""
        assert split(await ask(get("/livez")))[0] == 200


STRANGE = {
    "connect": b"CONNECT localhost:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "options": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    "a path of bytes": b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    "a body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    "old http": b"GET /nothing HTTP/1.0\r\n\r\n",
}


@pytest.mark.parametrize("kind", STRANGE)
async def test_after_a_strange_request_the_next_is_answered(kind):
    async with admin() as ask:
        assert not (await ask(STRANGE[kind])).startswith(b"HTTP/1.1 200")
        assert split(await ask(get("/livez")))[0] == 200


async def test_a_peer_that_says_nothing_is_left_in_time(monkeypatch):
    monkeypatch.setattr("switchhook.serving.process.admin.PATIENCE", 0.01)
    async with admin() as ask:
        assert await ask(b"GET /liv") == b""


async def test_a_peer_that_goes_away_harms_nobody():
    async with admin() as ask:
        gone = socket.create_connection(("127.0.0.1", ask.port))
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # reset on close
        gone.close()
        assert split(await ask(get("/livez")))[0] == 200


async def test_a_port_in_use_stops_the_start():
    async with admin() as ask:
        with pytest.raises(StartError) as caught:
            open_admin(AdminSettings(port=ask.port))
    error = caught.value
    assert str(error).startswith(f"cannot listen on 127.0.0.1:{ask.port} for [admin]: ")
    assert str(error).endswith("; choose another port")


@pytest.mark.parametrize("method", ["CONNECT", "POST", "DELETE"])
async def test_another_method_is_refused_and_the_port_goes_on(method):
    async with admin() as ask:
        assert b" 405 " in await ask(get("/livez", method))
        assert b" 200 " in await ask(get("/livez"))


async def test_a_plugins_page_is_served_with_its_type():
    pages = {"/metrics": AdminPage(b"calls 1\n", "text/plain; version=0.0.4")}
    async with admin(page=pages.get) as ask:
        answer = await ask(get("/metrics?name=calls"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"text/plain; version=0.0.4" in head
    assert body == b"calls 1\n"


async def test_no_page_replaces_what_says_that_the_process_lives():
    async with admin(page=lambda path: AdminPage(b"dead")) as ask:
        assert b"alive" in await ask(get("/livez"))


async def test_a_page_that_cannot_be_made_costs_no_other(caplog):
    def page(path):
        if path == "/broken":
            raise LookupError("watermelon")
        return AdminPage(b"whole")

    async with admin(page=page) as ask:
        assert await ask(get("/broken")) == b""
        assert (await ask(get("/other"))).endswith(b"whole")
    assert "a page of the admin port is not shown: LookupError" in caplog.text
    assert "watermelon" not in caplog.text
