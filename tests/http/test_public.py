"""Names that lead into a private network are not connected to."""

import asyncio
import socket
import ssl
import threading
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_http import Connections, HttpError, Pool, PrivateAddressError, PublicConnections
from switchhook_http.public import is_public

PRIVATE = [
    *(
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
    ),
    *("169.254.169.254", "169.254.170.2", "168.63.129.16", "192.0.0.192", "100.100.100.200"),  # clouds' own
    *("0.0.0.0", "0.1.2.3", "192.0.0.9", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1"),
    *("192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "168.63.129.17",
    "223.255.255.1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "::",
            "::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "feff::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "ff0e::1",
        ),
        *("fd00:ec2::254", "fd20:ce::254"),  # clouds' own
        *("100::1", "100:0:0:1::1", "2001::1", "2001:1::1", "2001:2::1", "2001:3::1", "2001:4:112::1"),
        *("2001:10::1", "2001:20::1", "2001:30::1", "2001:db8::1", "2620:4f:8000::1", "3ffe::1", "3fff::1"),
        *("5f00::1", "4000::1", "64:ff9b:1::1", "64:ff9b:2::1", "400::1"),
    ],
)
def test_an_address_of_the_newer_protocol_that_is_not_public(address):
    assert not is_public(ip_address(address))


def wrapped(inner):
    """An address of IPv4 in one of IPv6, in every way that there is."""
    four = int(ip_address(inner))
    low = f"{four >> 16:x}:{four & 0xFFFF:x}"
    return {
        "mapped": f"::ffff:{low}",
        "by way of a translator": f"64:ff9b::{low}",
        "compatible": f"::{low}",
        "translated": f"::ffff:0:{low}",
        "by way of a local translator": f"64:ff9b:1::{low}",
        "6to4": f"2002:{low}::1",
        "Teredo": f"2001:0:{low}:0:ffff:{four >> 16 ^ 0xFFFF:x}:{four & 0xFFFF ^ 0xFFFF:x}",
        "ISATAP": f"2606:4700::5efe:{low}",
        "ISATAP, of the internet": f"2606:4700::200:5efe:{low}",
    }


@pytest.mark.parametrize("inner", PRIVATE)
def test_a_private_address_is_none_the_less_for_being_wrapped(inner):
    assert [way for way, address in wrapped(inner).items() if is_public(ip_address(address))] == []


@pytest.mark.parametrize("inner", PUBLIC)
def test_of_what_wraps_a_public_address_two_ways_lead_to_a_host(inner):
    ways = [way for way, address in wrapped(inner).items() if is_public(ip_address(address))]
    assert ways == ["mapped", "by way of a translator"]


@pytest.mark.parametrize(
    "address", [*PUBLIC, "2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"]
)
def test_an_address_that_is_public(address):
    assert is_public(ip_address(address))


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_not_public(address):
    assert address.is_global or not is_public(address)


@asynccontextmanager
async def asking(allowed=()):
    pool = Pool(ssl.create_default_context(), PublicConnections(allowed))

    async def ask(url):
        async with pool.request("GET", url):
            pass

    try:
        yield ask
    finally:
        await pool.aclose()


@pytest.fixture
def connected(monkeypatch):
    """The addresses that a connection was begun to; none answers."""
    taken = []

    async def sock_connect(loop, connecting, address):
        taken.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    return taken


@pytest.fixture
def found(monkeypatch):
    """What every name leads to."""
    addresses = []

    def getaddrinfo(host, port, **_):
        families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port))
            for family, address in zip(families, addresses, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return addresses


@pytest.mark.anyio
@pytest.mark.parametrize("private", [["10.0.0.1"], ["::ffff:127.0.0.1", "169.254.169.254"], ["fe80::1%eth0"]])
async def test_a_name_without_a_public_address_is_refused_before_anything_is_connected(
    found, connected, private
):
    found += private
    async with asking(["other.example.com"]) as ask:
        with pytest.raises(PrivateAddressError):
            await ask("https://rebound.example.com/")
    assert connected == []


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "[fe80::1]", "127.0.0.1"])
async def test_an_address_that_needs_no_lookup_is_looked_at_too(connected, host):
    async with asking(["localhost"]) as ask:
        with pytest.raises(PrivateAddressError):
            await ask(f"https://{host}/")
    assert connected == []


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["2130706433", "127.1", "0177.0.0.1"])
async def test_an_address_in_another_spelling_leads_nowhere_either(connected, host):
    async with asking() as ask:
        with pytest.raises(HttpError):
            await ask(f"https://{host}/")
    assert connected == []


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["10.0.0.1", "[fd00::1]"])
async def test_an_address_that_is_allowed_is_connected_to(connected, host):
    async with asking([host.strip("[]")]) as ask:
        with pytest.raises(HttpError, match="connect"):
            await ask(f"https://{host}/")
    assert connected == [host.strip("[]")]


@pytest.mark.anyio
async def test_a_name_that_is_allowed_may_lie_in_a_private_network(found, connected):
    found.append("10.0.0.1")
    async with asking(["files.example.com"]) as ask:
        with pytest.raises(HttpError, match="connect"):
            await ask("https://files.example.com/")
        with pytest.raises(PrivateAddressError):
            await ask("https://other.example.com/")
    assert connected == ["10.0.0.1"]


@pytest.mark.anyio
async def test_of_several_addresses_only_public_ones_are_connected_to(found, connected):
    found += ["10.0.0.1", "1.1.1.1", "192.168.0.1", "8.8.8.8"]
    async with asking() as ask:
        with pytest.raises(HttpError, match="connect"):
            await ask("https://example.com/")
    assert set(connected) == {"1.1.1.1", "8.8.8.8"}


@pytest.mark.anyio
async def test_of_a_name_that_is_allowed_what_was_found_before_counts_too(found):
    connections = PublicConnections(["files.example.com"])
    for address in ("10.0.0.1", "10.0.0.2"):
        found[:] = [address]
        await connections.resolve("files.example.com", 443)
    connections.socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))).close()


@pytest.mark.anyio
@pytest.mark.parametrize("connections", [Connections(), PublicConnections([])], ids=["any", "public"])
@pytest.mark.parametrize("host", ["a..b.example", "a" * 64 + ".example"])
async def test_a_name_that_can_be_none_has_no_address(connections, host):
    with pytest.raises(OSError, match="no address"):
        await connections.resolve(host, 443)


@pytest.mark.anyio
async def test_a_name_server_that_is_silent_keeps_no_other_lookup_waiting(monkeypatch):
    answered, silent = threading.Event(), threading.Event()

    def getaddrinfo(host, port, **_):
        if host == "slow.example.com":
            silent.wait(5)
        answered.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    connections = PublicConnections([])

    async def look_up(host):
        with suppress(PrivateAddressError):
            await connections.resolve(host, 443)

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(look_up, "slow.example.com")
        await anyio.wait_all_tasks_blocked()
        await look_up("quick.example.com")
        assert answered.is_set()
        group.cancel_scope.cancel()
    silent.set()
