"""`switchhook check --public` against real servers on loopback, each with one thing wrong."""

import socket
import ssl
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from types import SimpleNamespace

import anyio
import pytest
import trustme
from anyio.streams.tls import TLSListener

from switchhook import load_settings
from switchhook.__main__ import main
from switchhook_genesys_tools import public
from switchhook_genesys_tools.public.outside import Outside

from ..transport_genesys.live import SECRET, TABLE, serving

NAME = "voice.example.com"
OTHER_SECRET = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def pem(folder, issued, *, chain=True):
    """Files of a certificate and its key, as `[server] tls`."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems[: None if chain else 1]))
    issued.private_key_pem.write_to_path(key)
    return {"certificate": certificate, "key": key}


def app(folder, public_url, *, port=8443, instance="7", secret=SECRET):
    """What `check` is given of a configuration."""
    (folder / "switchhook.toml").write_text(f"""
[server]
public_url = "{public_url}"
port = {port}
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "key", client_secret = "{secret}" }}]
[connectors.bank]
address = {{ integration = "main", instance_id = "{instance}" }}
assistant = {{ use = "script" }}
stt = {{ use = "moonshine" }}
tts = {{ use = "hibari" }}
""")
    return SimpleNamespace(settings=load_settings(folder / "switchhook.toml"), base=folder)


def looking(authority, address, **changes):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return Outside(address=address, context=context, clock=None, **changes)


def address_of(url):
    host, port = url.split("/")[2].split(":")
    return host, int(port)


async def found(app, outside):
    findings = [finding async for finding in public.findings(app, outside)]
    assert not any(SECRET in finding.text + finding.cure for finding in findings)
    return findings


async def wrong(app, outside):
    """The one finding that is not ok."""
    [finding] = [each for each in await found(app, outside) if each.level != "ok"]
    return finding


@asynccontextmanager
async def proxy(target, tls, rewrite):
    """Ends TLS in front of a server and rewrites the head of each request."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls["certificate"], tls["key"])

    async def pump(source, sink):
        try:
            while True:
                await sink.send(await source.receive())
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            group = pump.groups[source]  # type: ignore[attr-defined]
            group.cancel_scope.cancel()

    pump.groups = {}  # type: ignore[attr-defined]

    async def serve(client):
        async with client, await anyio.connect_tcp(*target) as server:
            head = b""
            while b"\r\n\r\n" not in head:
                try:
                    head += await client.receive()
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    return
            await server.send(rewrite(head))
            async with anyio.create_task_group() as group:
                pump.groups |= {client: group, server: group}  # type: ignore[attr-defined]
                group.start_soon(pump, client, server)
                group.start_soon(pump, server, client)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    async with listener, anyio.create_task_group() as group:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        secured = TLSListener(listener, context, standard_compatible=False)
        group.start_soon(secured.serve, serve)
        yield "127.0.0.1", port
        group.cancel_scope.cancel()


# --- Nothing is wrong


async def test_a_server_that_genesys_can_reach_has_only_good_findings(lobby, authority, tmp_path):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}/"
    async with serving(lobby, public_url=url, tls=tls) as inner:
        findings = await found(app(tmp_path, url), looking(authority, address_of(inner)))
    assert {finding.level for finding in findings} == {"ok"}
    assert [finding.subject for finding in findings] == [
        f"{NAME}:443",
        "clock",
        "transport.integrations.main",
        "connectors.bank",
    ]


async def test_no_call_is_placed(lobby, authority, tmp_path):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}/"
    async with serving(lobby, public_url=url, tls=tls) as inner:
        await found(app(tmp_path, url), looking(authority, address_of(inner)))
    assert lobby.legs.statistics().current_buffer_used == 0


# --- One thing is wrong


async def test_without_a_public_url_there_is_nothing_to_look_at(tmp_path, authority):
    looked = app(tmp_path, f"wss://{NAME}/")
    server = looked.settings.server.model_copy(update={"public_url": None})
    looked.settings = looked.settings.model_copy(update={"server": server})
    assert (await wrong(looked, looking(authority, None))).cure.startswith("say what Genesys connects to")


async def test_a_closed_port(authority, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = held.getsockname()
    finding = await wrong(app(tmp_path, f"wss://{NAME}/"), looking(authority, address))
    assert (finding.level, finding.subject) == ("error", f"{NAME}:443")
    assert finding.text.startswith("cannot be connected to: ")
    assert "open the port in the firewall" in finding.cure


async def test_a_port_that_is_not_443(lobby, authority, tmp_path):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}:8443/"
    async with serving(lobby, public_url=url, tls=tls) as inner:
        finding = await wrong(app(tmp_path, url), looking(authority, address_of(inner)))
    assert finding.text == "expected port 443, got 8443"
    assert "listen on 443" in finding.cure


async def test_a_certificate_that_is_self_signed(lobby, authority, tmp_path):
    self_signed = trustme.CA()
    files = {"certificate": tmp_path / "ca.pem", "key": tmp_path / "ca.key"}
    self_signed.cert_pem.write_to_path(files["certificate"])
    self_signed.private_key_pem.write_to_path(files["key"])
    async with serving(lobby, public_url=f"wss://{NAME}/", tls=files) as inner:
        finding = await wrong(app(tmp_path, f"wss://{NAME}/"), looking(authority, address_of(inner)))
    assert finding.text == "the certificate is self-signed"
    assert "public authority" in finding.cure


async def test_a_certificate_without_its_intermediate(lobby, authority, tmp_path):
    issued = authority.create_child_ca().issue_cert(NAME)
    tls = pem(tmp_path, issued, chain=False)
    async with serving(lobby, public_url=f"wss://{NAME}/", tls=tls) as inner:
        finding = await wrong(app(tmp_path, f"wss://{NAME}/"), looking(authority, address_of(inner)))
    assert finding.text.startswith("the certificate is sent without its intermediate")
    assert "fullchain.pem" in finding.cure


async def test_a_certificate_with_its_intermediate_is_good(lobby, authority, tmp_path):
    tls = pem(tmp_path, authority.create_child_ca().issue_cert(NAME))
    async with serving(lobby, public_url=f"wss://{NAME}/", tls=tls) as inner:
        findings = await found(app(tmp_path, f"wss://{NAME}/"), looking(authority, address_of(inner)))
    assert {finding.level for finding in findings} == {"ok"}


async def test_a_certificate_for_another_name(lobby, authority, tmp_path):
    tls = pem(tmp_path, authority.issue_cert("other.example.com"))
    async with serving(lobby, public_url=f"wss://{NAME}/", tls=tls) as inner:
        finding = await wrong(app(tmp_path, f"wss://{NAME}/"), looking(authority, address_of(inner)))
    assert finding.text == "the certificate is for another name"


async def test_a_certificate_that_ends_soon(lobby, authority, tmp_path):
    soon = datetime.fromtimestamp(time.time() + 3 * 86_400 + 60, UTC)
    tls = pem(tmp_path, authority.issue_cert(NAME, not_after=soon))
    async with serving(lobby, public_url=f"wss://{NAME}/", tls=tls) as inner:
        finding = await wrong(app(tmp_path, f"wss://{NAME}/"), looking(authority, address_of(inner)))
    assert (finding.level, finding.text) == ("warning", "the certificate ends in 3 days")


async def test_a_port_that_speaks_no_tls(lobby, authority, tmp_path):
    async with serving(lobby, public_url=f"wss://{NAME}/") as inner:
        finding = await wrong(app(tmp_path, f"wss://{NAME}/"), looking(authority, address_of(inner)))
    assert finding.text.startswith("does not speak TLS")


@pytest.mark.parametrize(("off", "way"), [(60, "60 s ahead of"), (-60, "60 s behind")])
async def test_a_clock_that_is_off_by_a_minute(lobby, authority, tmp_path, off, way):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}/"
    async with serving(lobby, public_url=url, tls=tls) as inner:
        outside = looking(authority, address_of(inner), now=lambda: time.time() + off)
        findings = [each for each in await found(app(tmp_path, url), outside) if each.subject == "clock"]
    [finding] = findings
    off_by = [way, way.replace("60", "59"), way.replace("60", "61")]  # the server's clock has whole seconds
    assert finding.level == "error"
    assert finding.text in [f"this machine is {each} the server's clock" for each in off_by]
    assert "NTP" in findings[0].cure


async def test_the_clock_of_genesys_is_asked_too(lobby, authority, tmp_path):
    tls, url = pem(tmp_path, authority.issue_cert(NAME, "localhost")), f"wss://{NAME}/"
    late = format_datetime(datetime.fromtimestamp(time.time() - 60, UTC), usegmt=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls["certificate"], tls["key"])

    async def answer(client):
        async with client:
            await client.receive()
            await client.send(f"HTTP/1.1 404 Not Found\r\nDate: {late}\r\n\r\n".encode())

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    async with serving(lobby, public_url=url, tls=tls) as inner, listener, anyio.create_task_group() as group:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        group.start_soon(TLSListener(listener, context, standard_compatible=False).serve, answer)
        outside = looking(authority, address_of(inner))
        outside = Outside(address=outside.address, context=outside.context, clock=("localhost", port))
        finding = await wrong(app(tmp_path, url), outside)
        group.cancel_scope.cancel()
    assert finding.text in {f"this machine is {off} s ahead of Genesys' clock" for off in (60, 61)}


async def test_a_host_that_is_rewritten(lobby, authority, tmp_path):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}/"
    async with serving(lobby) as inner:  # without public_url the Host header decides
        _, port = target = address_of(inner)

        def rewrite(head):
            return head.replace(f"Host: {NAME}".encode(), f"Host: 127.0.0.1:{port}".encode())

        async with proxy(target, tls, rewrite) as front:
            findings = await found(app(tmp_path, url, port=port), looking(authority, front))
    [finding] = [each for each in findings if each.subject == "transport.integrations.main"]
    assert finding.text == f"Host is rewritten on its way, to 127.0.0.1:{port}"
    assert "set public_url where serve runs" in finding.cure


async def test_a_path_that_is_stripped(lobby, authority, tmp_path):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}/bots/"
    async with serving(lobby, public_url=url) as inner:
        target = address_of(inner)
        async with proxy(target, tls, lambda head: head.replace(b" /bots/", b" /", 1)) as front:
            findings = await found(app(tmp_path, url), looking(authority, front))
    [finding] = [each for each in findings if each.subject == "transport.integrations.main"]
    assert finding.text == "the path is stripped on its way: /bots/ arrives as /"
    assert "pass the path on unchanged" in finding.cure


async def test_a_server_that_knows_another_secret(lobby, authority, tmp_path):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}/"
    async with serving(lobby, public_url=url, tls=tls) as inner:
        outside = looking(authority, address_of(inner))
        findings = await found(app(tmp_path, url, secret=OTHER_SECRET), outside)
    [finding] = [each for each in findings if each.subject == "transport.integrations.main"]
    assert finding.text.endswith("the server knows another key or secret")
    assert "start serve again" in finding.cure


@pytest.mark.parametrize("unknown", ["disconnect", "not_found"])
async def test_a_connector_id_that_the_server_does_not_know(lobby, authority, tmp_path, unknown):
    tls, url = pem(tmp_path, authority.issue_cert(NAME)), f"wss://{NAME}/"
    async with serving(lobby, TABLE | {"unknown_connector": unknown}, public_url=url, tls=tls) as inner:
        outside = looking(authority, address_of(inner))
        finding = await wrong(app(tmp_path, url, instance="8"), outside)
    assert (finding.subject, finding.text) == (
        "connectors.bank",
        "its Connector ID is unknown to the server",
    )
    assert "switchhook connector show" in finding.cure


def test_the_command_asks_the_transport(tmp_path, capsys):
    app(tmp_path, "wss://localhost:1/")
    config = tmp_path / "switchhook.toml"
    config.write_text(config.read_text().replace('use = "script" }', 'use = "script", file = "bot.toml" }'))
    (tmp_path / "bot.toml").write_text('[steps.hello]\nresponses = ["Hello."]\n')
    status = main(["check", "--public", "--config", str(config)])
    told = capsys.readouterr().out
    assert status == 1
    assert "FAIL   server.public_url: expected port 443, got 1" in told
    assert "FAIL   localhost:1: cannot be connected to" in told


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        ("no base64!", "has a line break or a space"),
        ("not.base64", "is not base64; make one with: openssl rand -base64 32"),
        (SECRET[:20] + "\\n" + SECRET[20:], "has a line break or a space in it"),
        (SECRET + "\\n", "has a line break or a space in it"),
    ],
)
def test_a_secret_that_is_none_ends_the_check_with_its_cure(tmp_path, capsys, secret, message):
    app(tmp_path, f"wss://{NAME}/", secret=secret)
    status = main(["check", "--public", "--config", str(tmp_path / "switchhook.toml")])
    said = capsys.readouterr()
    assert status != 0
    assert message in said.out + said.err
    assert secret not in said.out + said.err
