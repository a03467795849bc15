"""Recordings by address: what is refused before anything is connected to."""

import socket
from contextlib import asynccontextmanager

import pytest

from switchhook_responses.fetching import FetchError, fetcher

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def files(hosts=("127.0.0.1",), **more):
    async with fetcher(hosts=hosts, **{"most": 5_000, "patience": 2.0, "cache": 10_000, **more}) as made:
        yield made


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.wav",
        "http://example.com/a.wav",
        "ftp://example.com/a.wav",
        "file:///etc/passwd",
        "https://user@example.com/a.wav",
        "https:///a.wav",
        "https://[::1",
        "https://example.com:port/a.wav",
    ],
)
async def test_an_address_that_is_none_of_https_is_refused(url):
    async with files() as made:
        with pytest.raises(FetchError, match=r"https address|the address is none"):
            await made.fetch(url)


async def test_a_name_that_leads_into_a_private_network_is_refused(monkeypatch):
    def getaddrinfo(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    async with files(hosts=()) as made:
        with pytest.raises(FetchError, match="private network"):
            await made.fetch("https://rebound.example.com/a.wav")
