"""Proxies as the recipes of docs/how-to/recipes have them, on free ports and with certificates for tests."""

import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

RECIPES = Path(__file__).parents[3] / "docs/how-to/recipes"
NAME = "voice.example.com"
PUBLIC = f"wss://{NAME}/"
ADDRESSES = ("127.0.0.1:8443", "127.0.0.1:8444")


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
PROXIES |= {"Caddyfile-two": caddy, "nginx-two.conf": nginx, "haproxy-two.cfg": haproxy}


@asynccontextmanager
async def in_front(recipe, authority, folder, *servers):
    """Yields its port and what trusts its certificate. `servers`: addresses in place of those of the recipe."""
    build = PROXIES[recipe]
    if shutil.which(build.__name__) is None:
        pytest.skip(f"{build.__name__} is not installed")
    pem, log, port = folder / "voice.pem", folder / "output", free_port()
    authority.issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(pem)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    text = (RECIPES / recipe).read_text()
    for there, here in zip(ADDRESSES, servers, strict=False):
        assert there in text
        text = text.replace(there, here)
    with log.open("w") as output:
        process = subprocess.Popen(
            build(text, port, pem, folder),
            stdout=output,
            stderr=output,
            env={"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            start_new_session=True,
        )
        try:
            await listening(process, port, log)
            yield port, trust
        finally:
            end(process)


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
