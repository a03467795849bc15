"""Connections that are ready before they are asked for."""

from urllib.parse import urlsplit

import anyio
import pytest

from switchhook_http import connections
from switchhook_watson import WatsonError, make_service

pytestmark = pytest.mark.anyio


async def ask(service):
    async with service.http.request("GET", "/v1/voices") as reply:
        return reply.status


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(connections, "SETTLING", 0.05)


async def test_a_warm_service_agrees_on_nothing_when_it_is_asked(service, house):
    await service.warm()
    before = house.handshakes

    assert await ask(service) == 200
    assert house.handshakes == before


async def test_a_connection_is_given_away_once(service, house):
    await service.warm()
    before = house.handshakes
    async with service.http.request("GET", "/one"), service.http.request("GET", "/two"):
        pass

    assert house.handshakes == before + 1


async def test_warming_again_leaves_one_connection(service, house):
    for _ in range(3):
        await service.warm()
    await anyio.sleep(0.05)  # for the server to be told of those that were closed

    assert len(house.server.connections) == 1


async def test_what_the_service_has_closed_is_not_used(service, house):
    await service.warm()
    before = house.handshakes
    house.hang_up()
    await anyio.sleep(0.05)

    assert await ask(service) == 200
    assert house.handshakes == before + 1


async def test_nor_what_is_old(service, house, monkeypatch):
    await service.warm()
    before = house.handshakes
    monkeypatch.setattr(connections, "READY_FOR", 0.0)

    assert await ask(service) == 200
    assert house.handshakes == before + 1


async def test_a_service_that_is_closed_leaves_no_connection(service, house):
    await service.warm()
    await service.aclose()
    await anyio.sleep(0.05)

    assert not house.server.connections


async def test_warming_at_once_leaves_one_connection(service, house):
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(service.warm)
    await anyio.sleep(0.05)

    assert len(house.server.connections) == 1


async def test_a_service_that_is_closed_while_it_is_warmed_leaves_no_connection(service, house):
    async with anyio.create_task_group() as group:
        group.start_soon(service.warm)
        await service.authorization()
        await anyio.sleep(0.03)  # while the connection settles
        await service.aclose()
    await anyio.sleep(0.05)

    assert not house.server.connections


async def test_a_connection_that_is_closed_counts_as_closed_by_the_peer(service, house):
    address = urlsplit(house.url)
    stream = await connections.ReadyConnections().connect_tcp(address.hostname, address.port)
    await stream.aclose()
    await anyio.sleep(0.01)

    assert stream.get_extra_info("is_readable")


async def test_who_is_cancelled_while_a_connection_settles_leaves_none(service, house, monkeypatch):
    monkeypatch.setattr(connections, "SETTLING", 60.0)
    with anyio.move_on_after(1.0):
        await service.warm()
    await anyio.sleep(0.05)

    assert not house.server.connections


async def test_a_service_that_cannot_be_reached_says_so(options, monkeypatch):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")
    service = make_service("assistant", options(url="https://localhost:1"))
    with pytest.raises(WatsonError) as caught:
        await service.warm()

    assert caught.value.problem == "connect"


async def test_nothing_is_had_ahead_through_a_proxy(monkeypatch, options):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")
    await make_service("assistant", options(url="https://localhost:1")).warm()
