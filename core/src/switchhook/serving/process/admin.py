"""The admin port tells whether the process is alive and takes calls, and shows pages of plugins."""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import anyio
import anyio.abc
import h11

from ...contract.errors import StartError, cause
from ...contract.findings import AdminPage
from ...contract.settings import AdminSettings
from ...contract.traces import place

logger = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds for a request to arrive
REQUEST = 8192  # bytes of one read


Answer = tuple[int, AdminPage]
"""A status, and what comes with it."""


class Health(Protocol):
    def ready(self) -> str | None:
        """Why no call should come."""

    def alive(self) -> bool: ...


def open_admin(settings: AdminSettings) -> socket.socket:
    """A socket that listens. Raises StartError."""
    where = settings.host, settings.port
    try:
        found = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0]
        made = socket.create_server(found[4], family=found[0])
    except OSError as error:
        of_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
        cure = "choose another port" if of_port else "choose a host that is an address of this machine"
        why = os.strerror(error.errno) if of_port and error.errno else error.strerror
        raise StartError(f"cannot listen on {where[0]}:{where[1]} for [admin]: {why}; {cure}") from error
    made.setblocking(False)
    return made


async def serve_admin(
    health: Health,
    page: Callable[[str], AdminPage | None],
    admin: socket.socket,
    *,
    task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """`page` is asked for all other paths. See `serve_pages`."""

    async def answer(path: str, _query: str) -> Answer:
        return status_page(path, health.ready(), alive=health.alive()) or _found(page(path))

    await serve_pages(answer, admin, task_status=task_status)


async def serve_pages(
    answer: Callable[[str, str], Awaitable[Answer]],
    admin: socket.socket,
    *,
    task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """On a socket that listens, and stays open. `answer` is given a path and its query. Reports that it has
    started."""
    listener = await anyio.abc.SocketListener.from_socket(admin.dup())
    async with listener:
        task_status.started()
        while True:
            try:
                await listener.serve(partial(_answer, answer))
            except* OSError as error:  # such as no file descriptor left: calls matter more than this port
                logger.warning("the admin port cannot accept: %s", error.exceptions[0])
            await anyio.sleep(1)


async def _answer(answer: Callable[[str, str], Awaitable[Answer]], stream: anyio.abc.SocketStream) -> None:
    connection = h11.Connection(h11.SERVER)
    async with stream:
        try:
            with anyio.fail_after(PATIENCE):
                while (event := connection.next_event()) is h11.NEED_DATA:
                    connection.receive_data(await stream.receive(REQUEST))
                if isinstance(event, h11.Request):
                    await stream.send(_response(connection, event, *await _answered(event, answer)))
        except (h11.ProtocolError, TimeoutError, anyio.EndOfStream, anyio.BrokenResourceError):
            return  # the client does not speak HTTP
        except Exception as error:  # noqa: BLE001  # our own fault: calls matter more than this port
            logger.error("a page of the admin port is not shown: %s%s", cause(error), place(error))  # noqa: TRY400  # its text may be private


async def _answered(request: h11.Request, answer: Callable[[str, str], Awaitable[Answer]]) -> Answer:
    path, _, query = request.target.decode("ascii", "replace").partition("?")
    if request.method not in (b"GET", b"HEAD"):
        return 405, status(status="expected GET")
    return await answer(path, query)


def status_page(path: str, reason: str | None, *, alive: bool) -> Answer | None:
    """`reason`: why no call should come. None where the path is neither of the two."""
    if path == "/livez":
        return (200, status(status="alive")) if alive else (503, status(status="stuck"))
    if path == "/readyz":
        return (503, status(status="not ready", reason=reason)) if reason else (200, status(status="ready"))
    return None


def _found(page: AdminPage | None) -> Answer:
    return (200, page) if page is not None else NOT_FOUND


def status(**said: str) -> AdminPage:
    return AdminPage(json.dumps(said).encode(), "application/json")


NOT_FOUND = 404, status(status="not found", paths="/livez /readyz, and those of plugins")


def _response(connection: h11.Connection, request: h11.Request, status: int, page: AdminPage) -> bytes:
    headers = [
        ("content-type", page.content_type),
        ("content-length", str(len(page.content))),
        ("connection", "close"),
    ]
    head = connection.send(h11.Response(status_code=status, headers=headers)) or b""
    if request.method == b"HEAD":
        return head
    return head + (connection.send(h11.Data(data=page.content)) or b"")
