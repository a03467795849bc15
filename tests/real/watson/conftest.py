"""A TLS server whose answers the test writes, with a token service of its own."""

import base64
import json
import ssl
import time
from contextlib import asynccontextmanager

import anyio
import pytest
import trustme
from aiohttp import web

from switchhook_watson import make_service

from ...watson.conftest import clean, options

__all__ = ["clean", "options"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    made = trustme.CA()
    made.path = tmp_path_factory.mktemp("ca") / "ca.pem"  # type: ignore[attr-defined]
    made.cert_pem.write_to_path(made.path)  # type: ignore[attr-defined]
    return made


def token(name, life=3600):
    now = int(time.time())
    claims = (
        base64.urlsafe_b64encode(json.dumps({"iat": now, "exp": now + life}).encode()).rstrip(b"=").decode()
    )
    return f"{name}.{claims}.signature"


class House:
    """`answer(request)` is the service's; `issue(request)` the token service's, by default a good one."""

    def __init__(self):
        self.requests, self.bodies, self.issued, self.life = [], [], 0, 3600
        self.answer = lambda _: web.json_response({})
        self.issue = self.good_token
        self.connections = set()
        self.handshakes, self.greeted = 0, lambda: None

    async def good_token(self, _request):
        self.issued += 1
        return web.json_response(
            {"access_token": token(f"token{self.issued}", self.life), "expires_in": self.life}
        )

    async def handle(self, request):
        self.connections.add(request.transport)
        if request.path == "/identity/token":
            await request.read()
            return await self.issue(request)
        self.requests.append(request)
        self.bodies.append(await request.read())
        answer = self.answer(request)
        return await answer if hasattr(answer, "__await__") else answer

    def count(self, _socket, _name, _context):
        self.handshakes += 1
        if self.handshakes > 1:  # the first is to fetch a token
            self.greeted()

    def hang_up(self):
        for connection in self.server.connections:
            connection.transport.close()

    @asynccontextmanager
    async def open(self, authority):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self.count
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        self.server = web.Server(self.handle)
        runner = web.ServerRunner(self.server, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        self.url = f"https://localhost:{site._server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            await runner.cleanup()
            await anyio.sleep(0.01)  # for handshakes that the client broke off to be taken note of


@pytest.fixture
async def house(anyio_backend, authority):
    with anyio.fail_after(20):
        async with House().open(authority) as house:
            yield house


@pytest.fixture
async def service(house, authority, monkeypatch, options):
    monkeypatch.setenv("ASSISTANT_AUTH_URL", house.url)
    made = make_service(
        "assistant", options(url=f"{house.url}/instances/one", api_key="key", ca=str(authority.path))
    )
    yield made
    await made.aclose()
