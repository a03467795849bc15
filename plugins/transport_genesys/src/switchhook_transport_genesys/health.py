"""What load balancers ask on the port of the calls. They need no key, and are told a status alone."""

from __future__ import annotations

from http import HTTPStatus

from switchhook import Reception
from switchhook_websocket import Request, Response, ServerSocket

OK, BUSY = HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE


def answer(reception: Reception, socket: ServerSocket, request: Request) -> Response | None:
    """None: it asks for something else."""
    match request.path.partition("?")[0]:
        case "/livez":
            status = OK if reception.alive() else BUSY
        case "/readyz":
            status = BUSY if reception.ready() else OK
        case _:
            return None
    if request.method not in ("GET", "HEAD"):
        status = HTTPStatus.METHOD_NOT_ALLOWED
    response = socket.respond(status, "ok\n" if status is OK else "no\n")
    if request.method == "HEAD":
        response.body = b""
    return response
