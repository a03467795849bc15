"""Tokens of real token services, through the SDK's own authenticators."""

import anyio
import anyio.abc
import pytest
from aiohttp import web

from switchhook_watson import WatsonError, explain, make_service

pytestmark = pytest.mark.anyio


async def failure(service):
    with pytest.raises(WatsonError) as caught:
        await service.authorization()
    assert caught.value.problem == "token"
    return caught.value


async def test_iam_refuses_the_key(service, house):
    said = {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."}
    house.issue = lambda _: _soon(web.json_response(said, status=400))

    error = await failure(service)
    cause, cure = explain(error, service)

    assert error.reason == "no token: status 400"
    assert "Provided API key could not be found." in cause
    assert "key" in cure


async def test_cloud_pak_for_data(house, options, monkeypatch, authority):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "cp4d")
    monkeypatch.setenv("ASSISTANT_AUTH_URL", house.url)
    monkeypatch.setenv("ASSISTANT_USERNAME", "admin")
    monkeypatch.setenv("ASSISTANT_PASSWORD", "secret")
    house.answer = lambda _: web.json_response({"token": "opaque"})
    service = make_service("assistant", options(url=house.url, ca=str(authority.path)))

    assert await service.authorization() == {"Authorization": "Bearer opaque"}
    assert house.requests[0].path == "/v1/authorize"


async def test_the_certificate_of_the_token_service_counts_too(house, options, monkeypatch):
    monkeypatch.setenv("ASSISTANT_AUTH_URL", house.url)
    service = make_service("assistant", options(url=house.url, api_key="key"))

    assert (await failure(service)).why == "tls"
    assert house.issued == 0


async def test_nobody_issues_tokens(options, monkeypatch):
    monkeypatch.setenv("ASSISTANT_AUTH_URL", "https://127.0.0.1:1")
    service = make_service("assistant", options(url="https://localhost:1", api_key="key"))

    error = await failure(service)

    assert (error.why, error.reason) == ("connect", "no token: cannot connect")
    assert "Connection refused" in error.detail


async def test_a_proxy_that_lets_nobody_through_to_the_token_service_is_named(options, monkeypatch):
    async def refuse(stream):
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as proxy,
        anyio.create_task_group() as group,
    ):
        group.start_soon(proxy.serve, refuse)
        port = proxy.extra(anyio.abc.SocketAttribute.local_port)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("ASSISTANT_AUTH_URL", "https://tokens.example.com")
        service = make_service("assistant", options(url="https://watson.example.com", api_key="key"))
        error = await failure(service)
        group.cancel_scope.cancel()

    assert (error.why, error.reason) == ("proxy", "no token: cannot connect")
    assert "HTTPS_PROXY" in explain(error, service)[1]


@pytest.mark.parametrize(
    "body", ["[]", "{}", "log in", '{"access_token": "a.b.c"}', '{"access_token": "a.bnVsbA.c"}', "null"]
)
async def test_what_is_no_token(service, house, body):
    house.issue = lambda _: _soon(web.Response(text=body, content_type="application/json"))

    assert (await failure(service)).why == "garbage"


async def test_a_service_that_hangs_lets_those_with_a_token_through(service, house):
    await service.authorization()
    hangs = anyio.Event()

    async def issue(_):
        hangs.set()
        await anyio.sleep_forever()

    house.issue = issue
    service._way_in._renew_at = 0.0
    with anyio.move_on_after(0) as at_once:  # what waits for anything is cancelled
        assert await service.authorization()
    assert not at_once.cancelled_caught
    await hangs.wait()


async def _soon(answer):
    return answer
