"""Connections that are ready before they are asked for."""

import anyio
import pytest
from aiohttp import web

from switchhook_http import connections
from switchhook_watson import WatsonError, make_service

pytestmark = pytest.mark.anyio


async def ask(service):
    async with service.http.request("GET", "/v1/voices") as reply:
        return reply.status


async def test_a_warm_service_agrees_on_nothing_when_it_is_asked(service, house):
    await service.warm()
    before = house.handshakes

    assert await ask(service) == 200
    assert house.handshakes == before


async def test_a_connection_is_given_away_once(service, house):
    await service.warm()
    before, both = house.handshakes, anyio.Event()

    async def answer(_):
        if len(house.requests) == 2:
            both.set()
        await both.wait()
        return web.json_response({})

    house.answer = answer
    async with anyio.create_task_group() as group:
        group.start_soon(ask, service)
        group.start_soon(ask, service)

    assert house.handshakes == before + 1


async def test_warming_again_leaves_one_connection(service, house):
    for _ in range(3):
        await service.warm()
    await anyio.sleep(0.05)  # for the server to be told of those that were closed

    assert len(house.server.connections) == 1


async def test_what_nobody_has_used_is_replaced_by_a_new_one(service, house):
    await service.warm()
    before = house.handshakes
    await service.warm()

    assert house.handshakes == before + 1


async def test_what_was_used_stays(service, house):
    await service.warm()
    await ask(service)
    before = house.handshakes
    await service.warm()

    assert house.handshakes == before


async def test_what_the_service_has_closed_is_not_used(service, house):
    await service.warm()
    before = house.handshakes
    await anyio.sleep(0.05)  # for the server to have it too
    house.hang_up()
    await anyio.sleep(0.05)

    assert await ask(service) == 200
    assert house.handshakes == before + 1


async def test_nor_what_is_old(service, house, monkeypatch):
    monkeypatch.setattr(connections, "KEPT_FOR", 0.0)
    await service.warm()
    before = house.handshakes

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
    greeted = anyio.Event()
    house.greeted = greeted.set
    async with anyio.create_task_group() as group:
        group.start_soon(service.warm)
        await greeted.wait()  # TLS is being agreed on
        await service.aclose()
    await anyio.sleep(0.05)

    assert not house.server.connections


async def test_who_is_cancelled_while_a_connection_is_made_leaves_none(service, house):
    async with anyio.create_task_group() as group:
        house.greeted = group.cancel_scope.cancel
        group.start_soon(service.warm)
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
