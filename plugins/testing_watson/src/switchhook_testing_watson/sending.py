"""Answers go out over HTTP, and are befallen by their faults."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from uuid import uuid4

import anyio
from aiohttp import web

from .answers import HttpAnswer, Refusal, refuse
from .behaviour import Exchange, Fault, ServiceName

GARBAGE = b"\x00<html>this is no answer</html>"
PIECES = 20  # a second, of a slow answer


async def interrupt(request: web.Request, service: ServiceName, fault: Fault | None) -> HttpAnswer | None:
    """What a fault does before there is an answer, or the answer it gives instead."""
    match fault:
        case Fault(kind="status"):
            return refuse(service, Refusal(fault.status, "wanted by the test")).with_headers(fault.headers)
        case Fault(kind="delay"):
            await anyio.sleep(fault.seconds)
        case Fault(kind="hang" | "mute"):
            await anyio.sleep_forever()
        case Fault(kind="reset" | "close"):
            await end_connection(request, reset=fault.kind == "reset")
    return None


async def end_connection(request: web.Request, *, reset: bool) -> None:
    """Never returns: the server cancels the handler when its connection is gone."""
    transport = request.transport
    if transport is not None:
        if reset and (peer := transport.get_extra_info("socket")) is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        (transport.abort if reset else transport.close)()
    await anyio.sleep_forever()


async def send(request: web.Request, exchange: Exchange, answer: HttpAnswer) -> web.StreamResponse:
    """May raise Refusal as long as nothing was sent."""
    body = answer.body
    if isinstance(body, bytes):
        return await _send(request, exchange, answer, _one(body), len(body))
    async with aclosing(body) as chunks:
        return await _send(request, exchange, answer, chunks, None)


async def _send(
    request: web.Request,
    exchange: Exchange,
    answer: HttpAnswer,
    chunks: AsyncIterator[bytes],
    length: int | None,
) -> web.StreamResponse:
    first = await anext(chunks, b"")
    fault = exchange.due("first")
    if instead := await interrupt(request, exchange.service, fault):
        answer, first, length, chunks = instead, bytes(instead.body), None, _one(b"")  # type: ignore[arg-type]  # refusals are bytes
    if fault is not None and fault.kind == "garbage":
        first, length, chunks = GARBAGE, len(GARBAGE), _one(b"")
    if fault is not None and fault.kind == "wrong_type":
        answer = replace(answer, type="text/html")
    response = web.StreamResponse(status=answer.status, headers={**ids(), **answer.headers})
    response.headers["Content-Type"] = answer.type
    response.content_length = length
    await response.prepare(request)
    write = _slow(response, fault.rate) if fault is not None and fault.kind == "slow" else response.write
    await _pour(request, exchange, write, first, chunks)
    await _break_off(request, exchange, exchange.due("end"))
    await response.write_eof()
    return response


async def _pour(
    request: web.Request,
    exchange: Exchange,
    write: Callable[[bytes], Awaitable[None]],
    chunk: bytes,
    chunks: AsyncIterator[bytes],
) -> None:
    """What is left when the fault of the middle comes is sent after it, if it lets that happen."""
    sent = 0
    while chunk:
        after, rest = exchange.before("middle"), b""
        if after is not None and sent + len(chunk) > after:
            chunk, rest = chunk[: after - sent], chunk[after - sent :]
        await write(chunk)
        sent += len(chunk)
        if fault := exchange.due("middle", sent):
            if fault.kind == "garbage":
                rest = GARBAGE[: len(rest)].ljust(len(rest), b"\x00")
            await _break_off(request, exchange, fault)
        chunk = rest or await anext(chunks, b"")


async def _break_off(request: web.Request, exchange: Exchange, fault: Fault | None) -> None:
    """Once an answer has begun, its status is told: then only the connection can end."""
    if await interrupt(request, exchange.service, fault):
        await end_connection(request, reset=False)


def _slow(response: web.StreamResponse, rate: float) -> Callable[[bytes], Awaitable[None]]:
    async def write(data: bytes) -> None:
        size = max(1, round(rate / PIECES))
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            await response.write(piece)
            await anyio.sleep(len(piece) / rate)

    return write


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body


def ids() -> dict[str, str]:
    """By these IBM's support finds a request."""
    return {"X-Global-Transaction-Id": uuid4().hex, "X-DP-Watson-Tran-Id": uuid4().hex}
