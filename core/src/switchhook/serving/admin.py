"""The admin port tells whether the process is alive and takes calls, and shows pages of plugins."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Protocol

import anyio
import anyio.abc
import h11

from ..contract.errors import StartError
from ..contract.findings import AdminPage
from ..contract.settings import AdminSettings

logger = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds for a request to arrive
REQUEST = 8192  # bytes of one read


class Health(Protocol):
    def ready(self) -> str | None:
        """Why no call should come."""

    def alive(self) -> bool: ...


async def serve_admin(
    settings: AdminSettings,
    health: Health,
    page: Callable[[str], AdminPage | None],
    *,
    task_status: anyio.abc.TaskStatus[int],
) -> None:
    """`page` is asked for all other paths. Reports that it has started, with the port. Raises StartError."""
    try:
        listener = await anyio.create_tcp_listener(local_host=settings.host, local_port=settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise StartError(
            f"cannot listen on {where} for [admin]: {error.strerror}; choose another port"
        ) from error
    async with listener:
        task_status.started(listener.extra(anyio.abc.SocketAttribute.local_port))  # noqa: S610  # anyio's, not Django's
        while True:
            try:
                await listener.serve(partial(_answer, health, page))
            except* OSError as error:  # such as no file descriptor left: calls matter more than this port
                logger.warning("the admin port cannot accept: %s", error.exceptions[0])
            await anyio.sleep(1)


async def _answer(
    health: Health,
    page: Callable[[str], AdminPage | None],
    stream: anyio.abc.SocketStream,
) -> None:
    connection = h11.Connection(h11.SERVER)
    async with stream:
        try:
            with anyio.fail_after(PATIENCE):
                while (event := connection.next_event()) is h11.NEED_DATA:
                    connection.receive_data(await stream.receive(REQUEST))
                if isinstance(event, h11.Request):
                    await stream.send(_response(connection, event, *_answered(event, health, page)))
        except (h11.ProtocolError, TimeoutError, anyio.EndOfStream, anyio.BrokenResourceError):
            return  # the client does not speak HTTP


def _answered(
    request: h11.Request, health: Health, page: Callable[[str], AdminPage | None]
) -> tuple[int, AdminPage]:
    path = request.target.decode("ascii", "replace").partition("?")[0]
    if request.method not in (b"GET", b"HEAD"):
        return 405, _status(status="expected GET")
    if path == "/livez":
        return (200, _status(status="alive")) if health.alive() else (503, _status(status="stuck"))
    if path == "/readyz":
        reason = health.ready()
        return (503, _status(status="not ready", reason=reason)) if reason else (200, _status(status="ready"))
    if (found := page(path)) is not None:
        return 200, found
    return 404, _status(status="not found", paths="/livez /readyz, and those of plugins")


def _status(**said: str) -> AdminPage:
    return AdminPage(json.dumps(said).encode(), "application/json")


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
