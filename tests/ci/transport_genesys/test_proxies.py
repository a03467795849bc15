"""The recipes of docs/how-to/recipes, each in front of a server on loopback."""

import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from pathlib import Path

import anyio
import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from switchhook_audiohook.protocol import Media, events

from ...real.transport_genesys.live import Lobby, Phone, headers_for, serving

RECIPES = Path(__file__).parents[3] / "docs/how-to/recipes"
NAME = "voice.example.com"
PUBLIC = f"wss://{NAME}/"

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def caddy(text, port, pem, folder):
    text = text.replace(f"{NAME} {{", f"{NAME}:{port} {{\n\ttls {pem} {pem}")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]


def nginx(text, port, pem, folder):
    text = re.sub(r"/etc/letsencrypt/\S+\.pem", str(pem), text).replace("listen 443", f"listen {port}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    head = (
        f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}} http {{ access_log off; {paths}\n"
    )
    (folder / "nginx.conf").write_text(head + text + "}")
    return ["nginx", "-p", folder, "-c", folder / "nginx.conf"]


def haproxy(text, port, pem, folder):
    text = text.replace("/etc/haproxy/voice.example.com.pem", str(pem)).replace("bind :443", f"bind :{port}")
    (folder / "haproxy.cfg").write_text(text)
    return ["haproxy", "-f", folder / "haproxy.cfg"]


PROXIES = {"Caddyfile": caddy, "nginx.conf": nginx, "haproxy.cfg": haproxy}


def end(process):
    """With all that it has started: the workers of a master that is only killed stay."""
    process.terminate()
    try:
        process.wait(timeout=10)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def listening(process, port, log):
    with anyio.fail_after(15):
        while True:
            assert process.poll() is None, log.read_text()
            try:
                await (await anyio.connect_tcp("127.0.0.1", port)).aclose()
            except OSError:
                await anyio.sleep(0.02)
            else:
                return


class Proxied:
    """A server behind a proxy, as Genesys sees both."""

    def __init__(self, lobby, port, trust):
        self.lobby, self.port, self.trust = lobby, port, trust

    def connect(self, path):
        return connect(
            f"wss://{NAME}{path}",
            host="127.0.0.1",
            port=self.port,
            ssl=self.trust,
            additional_headers=headers_for(PUBLIC, path),
            compression=None,
            proxy=None,
        )


@pytest.fixture(params=PROXIES)
async def proxied(request, authority, tmp_path, anyio_backend, refuse_quickly):
    build = PROXIES[request.param]
    if shutil.which(build.__name__) is None:
        pytest.skip(f"{build.__name__} is not installed")
    pem, log, lobby, port = tmp_path / "voice.pem", tmp_path / "output", Lobby(), free_port()
    authority.issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(pem)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    async with serving(lobby, public_url=PUBLIC, proxy={"trusted": ["127.0.0.1"]}) as url:
        text = (RECIPES / request.param).read_text().replace("127.0.0.1:8443", url.split("/")[2])
        with log.open("w") as output:
            process = subprocess.Popen(
                build(text, port, pem, tmp_path),
                stdout=output,
                stderr=output,
                env={"HOME": str(tmp_path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                start_new_session=True,
            )
            try:
                await listening(process, port, log)
                yield Proxied(lobby, port, trust)
            finally:
                end(process)
    lobby.close()


async def test_a_signed_call_passes_with_its_audio_and_its_end(proxied):
    async with proxied.connect("/7/connect?version=2024-08-25") as ws:
        phone = Phone(ws)
        assert await phone.open() == events.Opened(Media())
        call = await proxied.lobby.legs.receive()
        await phone.say(b"a" * 1600)
        await call.until(lambda call: len(call.heard) == 1600)
        call.leg.play(b"b" * 1600)
        await phone.until(lambda: len(phone.audio) == 1600)
        await phone.hang_up()
    assert call.leg.info.details["remote"] == "127.0.0.1"


@pytest.mark.parametrize(
    "path", ["//7//connect", "/%37/connect?version=2024-08-25", "/7/connect/?version=2024-08-25&x=%2F%20"]
)
async def test_the_target_reaches_the_server_as_it_was_signed(proxied, path):
    async with proxied.connect(path) as ws:
        assert await Phone(ws).open() == events.Opened(Media())


async def test_the_address_of_the_caller_is_what_the_proxy_saw(proxied):
    path = "/7/connect"
    forged = [("X-Forwarded-For", "203.0.113.9")]
    url, headers = f"wss://{NAME}{path}", headers_for(PUBLIC, path) + forged
    options = {"host": "127.0.0.1", "port": proxied.port, "ssl": proxied.trust, "proxy": None}
    async with connect(url, additional_headers=headers, **options) as ws:
        await Phone(ws).open()
        call = await proxied.lobby.legs.receive()
        assert call.leg.info.details["remote"] == "127.0.0.1"


async def test_a_forged_request_is_refused_behind_a_proxy_too(proxied):
    headers = headers_for(PUBLIC, "/8/connect")
    options = {"host": "127.0.0.1", "port": proxied.port, "ssl": proxied.trust, "proxy": None}
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"wss://{NAME}/7/connect", additional_headers=headers, **options)
    assert refused.value.response.status_code == 401


def test_no_recipe_cuts_a_call_between_two_pings():
    found = [
        int(seconds)
        for name in ("nginx.conf", "haproxy.cfg")
        for seconds in re.findall(r"(?:_timeout|timeout tunnel) (\d+)s", (RECIPES / name).read_text())
    ]
    assert len(found) == 3
    assert min(found) >= 60
