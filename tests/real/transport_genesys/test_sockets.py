"""Sockets that the transport is given: it answers on them, and leaves them to others."""

import socket
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import pytest

from switchhook import Options, ServerSettings, SettingsError, TakesSockets
from switchhook_audiohook.protocol import events
from switchhook_audiohook.settings import GenesysSettings
from switchhook_transport_genesys.server import GenesysTransport

from .live import TABLE, Lobby, dialled

pytestmark = pytest.mark.anyio


@contextmanager
def one_socket():
    with socket.create_server(("127.0.0.1", 0)) as one:
        one.setblocking(False)
        yield one


def a_transport(on):
    settings = Options(TABLE, place="transport", base=Path()).parse(GenesysSettings)
    transport = GenesysTransport(settings, ServerSettings(port=1))
    transport.take_sockets([on.dup().detach()])
    return transport


@asynccontextmanager
async def serving(lobby, on):
    transport = a_transport(on)
    async with anyio.create_task_group() as group:
        [url] = await group.start(transport.serve, lobby)
        with anyio.fail_after(20):
            yield transport, url
        group.cancel_scope.cancel()


def test_it_takes_sockets():
    with one_socket() as one:
        transport = a_transport(one)
        takes = isinstance(transport, TakesSockets)
        transport._sockets[0].close()
        assert takes


async def test_calls_come_in_by_the_socket_that_it_was_given(lobby):
    with one_socket() as one:
        async with serving(lobby, one) as (_, url), dialled(url) as phone:
            assert url == f"ws://127.0.0.1:{one.getsockname()[1]}/"
            assert isinstance(await phone.open(), events.Opened)


async def test_who_comes_when_it_accepts_no_more_is_answered_by_another_and_its_own_calls_go_on(lobby):
    other = Lobby()
    with one_socket() as one:
        async with serving(lobby, one) as (transport, url), dialled(url) as first:
            await first.open()
            transport.stop_accepting()
            async with anyio.create_task_group() as group:
                late = []

                async def come():
                    async with dialled(url) as phone:
                        late.append(await phone.open())

                group.start_soon(come)
                await anyio.sleep(0.2)  # it waits in the socket, where nobody accepts
                assert late == []
                async with serving(other, one):
                    while not late:
                        await anyio.sleep(0.01)
            assert isinstance(late[0], events.Opened)
            await first.hang_up()
    other.close()


async def test_sockets_are_closed_where_it_cannot_begin(lobby):
    lobby.connectors = {"bank": {"integration": "nobody", "instance_id": "7"}}
    with one_socket() as one:
        transport = a_transport(one)
        with pytest.raises(SettingsError):
            await transport.serve(lobby, task_status=anyio.TASK_STATUS_IGNORED)
        assert transport._sockets[0].fileno() == -1
