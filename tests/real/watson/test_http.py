"""One service over real sockets."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs

import anyio
import pytest
from aiohttp import web

from switchhook_watson import Timeouts, WatsonError, make_service

pytestmark = pytest.mark.anyio


async def ask(service, **more):
    async with service.http.request("POST", "/v2/message", json={"a": 1}, **more) as reply:
        return reply.status, await reply.read(1000)


async def failure(service, **more):
    with pytest.raises(WatsonError) as caught:
        await ask(service, **more)
    return caught.value


async def test_a_request_carries_token_opt_out_and_json(service, house):
    assert await ask(service, query={"version": "1 2"}) == (200, b"{}")

    (request,) = house.requests
    assert request.path_qs == "/instances/one/v2/message?version=1+2"
    assert request.headers["Authorization"].startswith("Bearer token1.")
    assert request.headers["X-Watson-Learning-Opt-Out"] == "true"
    assert house.bodies == [b'{"a": 1}']


async def test_the_token_is_asked_for_as_iam_wants_it(service, house):
    forms = []

    async def issue(request):
        forms.append(parse_qs((await request.read()).decode()))
        return await house.good_token(request)

    house.issue = issue
    await ask(service)

    assert forms[0]["apikey"] == ["key"]
    assert forms[0]["grant_type"] == ["urn:ibm:params:oauth:grant-type:apikey"]


async def test_a_connection_is_used_again(service, house):
    for _ in range(5):
        await ask(service)

    assert len({request.transport for request in house.requests}) == 1


async def test_any_status_is_an_answer_that_can_say_what_it_is(service, house):
    headers = {"Retry-After": "2", "X-Global-Transaction-Id": "abc"}
    house.answer = lambda _: web.json_response({"error": "too many"}, status=429, headers=headers)
    async with service.http.request("GET", "/") as reply:
        error = await reply.error()

    assert (error.problem, error.status, error.retry_after) == ("status", 429, 2.0)
    assert (error.transaction, error.detail, error.reason) == ("abc", "too many", "status 429")


async def test_a_body_beyond_the_limit_is_not_read(service, house):
    house.answer = lambda _: web.Response(body=b"x" * 100_000)

    assert (await failure(service)).problem == "garbage"


async def test_a_body_comes_piece_by_piece(service, house):
    more = anyio.Event()

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one")
        await more.wait()
        await response.write(b"two")
        return response

    house.answer = answer
    got = []
    async with service.http.request("GET", "/") as reply:
        async for chunk in reply.chunks():
            got.append(chunk)
            more.set()
    assert got == [b"one", b"two"]


async def test_leaving_early_cancels_the_request_and_the_next_one_works(service, house):
    cancelled = anyio.Event()

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 1000)
                await asyncio.sleep(0)
        except (ConnectionError, asyncio.CancelledError):
            cancelled.set()
            raise

    house.answer = answer
    async with service.http.request("GET", "/") as reply:
        async for _ in reply.chunks():
            break
    await cancelled.wait()
    house.answer = lambda _: web.json_response({})
    assert await ask(service) == (200, b"{}")


async def test_no_answer_in_time(service, house):
    async def answer(_):
        await anyio.sleep_forever()

    house.answer = answer

    assert (await failure(service, timeouts=Timeouts(read=0.05))).problem == "timeout"


@pytest.mark.parametrize("begun", [False, True])
async def test_a_connection_that_breaks(service, house, begun):
    async def answer(request):
        response = web.StreamResponse(headers={"Content-Length": "100"})
        if begun:
            await response.prepare(request)
            await response.write(b"x")
        request.transport.abort()
        return response

    house.answer = answer

    assert (await failure(service)).problem == "broken"


async def test_what_is_no_http_is_a_broken_connection(service, house):
    async def answer(request):
        request.transport.write(b"\x00\x01 nonsense\r\n\r\n")
        request.transport.close()
        return web.Response()

    house.answer = answer

    assert (await failure(service)).problem == "broken"


async def test_nobody_listens(service, options, house):
    await ask(service)  # for a token
    closed = make_service("assistant", options(url="http://127.0.0.1:1", api_key="key"))
    closed.http._authorization = service.authorization

    error = await failure(closed)

    assert (error.problem, error.reason) == ("connect", "cannot connect")


async def test_a_name_nobody_knows(options, monkeypatch):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")

    error = await failure(make_service("assistant", options(url="https://no.such.invalid")))

    assert error.problem == "connect"


async def test_a_certificate_of_an_unknown_authority_is_refused(house, options, monkeypatch):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")
    service = make_service("assistant", options(url=house.url))

    error = await failure(service)

    assert (error.problem, error.reason, house.requests) == ("tls", "TLS failed", [])
    assert "issuer" in error.detail


async def test_requests_ca_bundle_is_trusted_as_the_sdk_trusts_it(house, options, monkeypatch, authority):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
    monkeypatch.setenv("ASSISTANT_AUTH_URL", house.url)
    service = make_service("assistant", options(url=house.url, api_key="key"))

    assert await ask(service) == (200, b"{}")
    await service.aclose()


async def test_disable_ssl_is_obeyed_and_warned_about(house, options, monkeypatch, caplog):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")
    monkeypatch.setenv("ASSISTANT_DISABLE_SSL", "true")
    service = make_service("assistant", options(url=house.url))

    assert await ask(service) == (200, b"{}")
    assert "ASSISTANT_DISABLE_SSL" in caplog.text
    await service.aclose()


async def test_a_proxy_of_the_environment_is_asked_to_connect(options, monkeypatch):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")
    lines = []

    async def proxy(reader, writer):
        lines.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@127.0.0.1:{port}")
    async with server:
        error = await failure(make_service("assistant", options(url="https://watson.example.com")))

    assert lines[0].startswith(b"CONNECT watson.example.com:443 ")
    assert b"dXNlcjpzZWNyZXQ=" in lines[0]
    assert (error.problem, "407" in error.detail) == ("proxy", True)


async def test_no_proxy_is_obeyed(house, service, monkeypatch, options, authority):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "localhost")
    made = make_service("assistant", options(url=house.url, ca=str(authority.path)))

    assert await ask(made) == (200, b"{}")
    await made.aclose()


def test_a_socket_has_the_address_of_its_service(service, options, monkeypatch):
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")

    url = service.socket_url("/v1/recognize", {"model": "en-US_Telephony"})
    plain = make_service("assistant", options(url="http://localhost:1/x/")).socket_url("/v1", {})

    assert url == f"wss{service.url.removeprefix('https')}/v1/recognize?model=en-US_Telephony"
    assert plain == "ws://localhost:1/x/v1"


async def test_a_connection_that_is_given_up_while_tls_is_agreed_on_is_closed(options, monkeypatch):
    """By a peer that accepts and then says nothing."""
    monkeypatch.setenv("ASSISTANT_AUTH_TYPE", "noauth")
    greeted, gone = anyio.Event(), anyio.Event()

    async def silent(stream):
        async with stream:
            await stream.receive()
            greeted.set()
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                await stream.receive()
            gone.set()

    with anyio.fail_after(5):
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        made = make_service("assistant", options(url=f"https://localhost:{port}"))
        async with listener, anyio.create_task_group() as group, anyio.create_task_group() as calls:

            async def ask():
                async with made.http.request("GET", "/v2"):
                    pass

            group.start_soon(listener.serve, silent)
            calls.start_soon(ask)
            await greeted.wait()
            calls.cancel_scope.cancel()
            with anyio.move_on_after(2, shield=True):
                await gone.wait()
            group.cancel_scope.cancel()
        await made.aclose()
    assert gone.is_set()
