"""Where a case tries the server: connections of its making."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
from anyio.abc import ByteStream
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from .double import Double, called_by
from .profile import Profile
from .signing import GOOD, Flaw, sign
from .verdict import Failed
from .wire import PROBE, Wire

CONNECT_WITHIN = 10.0  # seconds
UNSIGNED = Flaw(components=())
REFUSALS = ("HTTP 401", "disconnect unauthorized")
LET_IN = ("let in", "disconnect error", "disconnect completed")


@dataclass(frozen=True, slots=True)
class Request:
    """An upgrade request; what is not said is as Genesys would send it. `headers` are sent instead of, or
    besides, the usual ones; a value of None leaves one out. `again` is a request to be repeated."""

    target: str | None = None
    api_key: str | None = None
    secret: bytes | None = None
    flaw: Flaw = GOOD
    headers: Mapping[str, str | None] | None = None
    authority: str | None = None  # that the signature covers


class Bench:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def headers(self, request: Request) -> dict[str, str]:
        """Names in lower case."""
        profile = self.profile
        ids = {name: str(uuid.uuid4()) for name in ("organization", "session", "correlation")}
        usual: dict[str, str | None] = {f"audiohook-{name}-id": value for name, value in ids.items()}
        usual["x-api-key"] = request.api_key or profile.api_key
        usual |= request.headers or {}
        headers = {name: value for name, value in usual.items() if value is not None}
        secret = request.secret if request.secret is not None else profile.secret
        if secret is None or request.flaw is UNSIGNED:
            return headers
        target = request.target or profile.target
        return headers | sign(target, request.authority or profile.authority, headers, secret, request.flaw)

    @asynccontextmanager
    async def connect(
        self,
        request: Request | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        plays: bool = False,
    ) -> AsyncIterator[Wire]:
        """`headers`: exactly these. `plays`: as a client does that plays what it is sent. Raises
        InvalidStatus, and Failed for a message that breaks a rule."""
        request = request or Request()
        sent = headers or self.headers(request)
        parts = urlsplit(self.profile.url)
        url = f"{parts.scheme}://{parts.netloc}{request.target or self.profile.target}"
        async with connect(
            url,
            additional_headers=dict(sent),
            user_agent_header="switchhook-conformance",
            compression=None,
            open_timeout=CONNECT_WITHIN,
            ping_interval=None,
            close_timeout=2,
            max_size=2**20,
        ) as socket:
            ids = sent.get("audiohook-session-id", ""), sent["audiohook-organization-id"]
            wire = Wire(socket, *ids, plays=plays)
            async with anyio.create_task_group() as group:
                group.start_soon(wire.reader.run)
                yield wire
                group.cancel_scope.cancel()
        wire.watch.settle()

    def called(self) -> AbstractAsyncContextManager[Double]:
        """By the client that is tried. Raises Failed when no call comes."""
        return called_by(self.profile.client or "")

    async def status(self, request: Request | None = None, headers: Mapping[str, str] | None = None) -> int:
        """101 when the upgrade is accepted."""
        try:
            async with self.connect(request, headers):
                return 101
        except InvalidStatus as error:
            return error.response.status_code

    async def verdict(
        self, request: Request | None = None, headers: Mapping[str, str] | None = None, *, probe: bool = True
    ) -> str:
        """How a `probe` or a call is received: "let in", "HTTP 401" and the like, or "disconnect" and its
        reason, by a server that looks at signatures after the upgrade."""
        try:
            async with self.connect(request, headers) as wire:
                return await _received(wire, probe=probe)
        except InvalidStatus as error:
            return f"HTTP {error.response.status_code}"

    async def get(self, path: str) -> int:
        """The status of a plain request, without any header of AudioHook."""
        parts = urlsplit(self.profile.url)
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        host = parts.hostname or ""
        if parts.scheme == "wss":
            stream: ByteStream = await anyio.connect_tcp(host, port, tls=True, tls_standard_compatible=False)
        else:
            stream = await anyio.connect_tcp(host, port)
        async with stream:
            await stream.send(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            answer = await stream.receive(64)
        return int(answer.split()[1])

    async def refused(
        self, request: Request | None = None, headers: Mapping[str, str] | None = None, what: str = ""
    ) -> None:
        """Before the upgrade or right after it: both are known."""
        got = await self.verdict(request, headers)
        if got not in REFUSALS:
            raise Failed(" or ".join(REFUSALS) + what, got)

    async def let_in(
        self, request: Request | None = None, headers: Mapping[str, str] | None = None, what: str = ""
    ) -> None:
        """By its signature; what its session comes to is another matter."""
        got = await self.verdict(request, headers)
        if got not in LET_IN:
            raise Failed(f"to be let in{what}", got)


def other_secret() -> bytes:
    return secrets.token_bytes(32)


async def _received(wire: Wire, *, probe: bool) -> str:
    await wire.open(**(PROBE if probe else {}))
    answer = await wire.expect_any("opened", "disconnect", or_gone=True)
    if not answer:
        return f"the socket closed with {wire.code}"
    let_in = answer["type"] == "opened"
    await wire.send("close", {"reason": "end" if let_in else "disconnect"})
    await wire.expect_any("closed", or_gone=True, or_nothing=True)
    return "let in" if let_in else f"disconnect {answer['parameters'].get('reason')}"
