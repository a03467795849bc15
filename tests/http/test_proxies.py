"""Proxies that the environment names."""

import ssl

import pytest

from switchhook import SettingsError
from switchhook_http import Client

pytestmark = pytest.mark.usefixtures("clean_environment")


def client_through(proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    return Client("https://service.example.com", ssl.create_default_context())


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example.com:3128",
        "http://proxy.example.com",
        "https://proxy.example.com:8443/",
        "http://name:secret@[::1]:3128",
    ],
)
def test_a_proxy_of_http_is_taken(proxy, monkeypatch):
    assert client_through(proxy, monkeypatch).proxy is not None


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://name:secret@proxy.example.com:1080",
        "http://name:secret@proxy.example.com:port",
        "http://name:secret@proxy.example.com:99999",
        "http://name:secret@",
        "http://[::1",
    ],
)
def test_what_is_none_is_said_at_the_start_without_its_password(proxy, monkeypatch):
    with pytest.raises(SettingsError, match="expected a proxy of HTTP") as caught:
        client_through(proxy, monkeypatch)
    assert "secret" not in str(caught.value)
