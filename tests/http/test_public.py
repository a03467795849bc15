"""Names that lead into a private network are not connected to."""

import socket
import ssl
from ipaddress import ip_address

import anyio
import pytest

from switchhook_http import Pool, PrivateAddressError, PublicConnections
from switchhook_http.public import is_public


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1", "::"),
    ],
)
def test_an_address_that_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"])
def test_an_address_that_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.anyio
@pytest.mark.parametrize("found", [["10.0.0.1"], ["::ffff:127.0.0.1", "169.254.169.254"], ["fe80::1%eth0"]])
async def test_a_name_without_a_public_address_is_refused_before_anything_is_connected(monkeypatch, found):
    async def getaddrinfo(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    async def connect_tcp(*_, **__):
        raise AssertionError

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(anyio, "connect_tcp", connect_tcp)
    pool = Pool(ssl.create_default_context(), PublicConnections(["other.example.com"]))
    with pytest.raises(PrivateAddressError):
        async with pool.request("GET", "https://rebound.example.com/"):
            pass


@pytest.mark.anyio
async def test_of_several_addresses_the_first_public_one_is_connected_to(monkeypatch):
    taken = []

    async def getaddrinfo(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("10.0.0.1", "1.1.1.1")]

    async def connect_tcp(remote_host, **_):
        taken.append(remote_host)
        raise OSError

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(anyio, "connect_tcp", connect_tcp)
    pool = Pool(ssl.create_default_context(), PublicConnections([]))
    with pytest.raises(Exception, match="connect"):
        async with pool.request("GET", "https://example.com/"):
            pass
    assert taken == ["1.1.1.1"]
