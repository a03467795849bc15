"""Recordings by address: fetched from where they may be, and nowhere else."""

import socket
from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook import CallInfo, Play, Say, UnknownResponse
from switchhook_responses.audio import handle_audio
from switchhook_responses.fetching import FetchError

from ...responses.conftest import all_of, asked, performed
from ...responses.test_addresses import files

pytestmark = pytest.mark.anyio
WAV = b"RIFF" + bytes(2000)


@asynccontextmanager
async def web(pages):
    """Path to (status line, headers, body), on loopback; `.asked` counts requests."""
    requests = []

    async def serve(stream):
        async with stream:
            try:
                while True:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += await stream.receive()
                    path = head.split()[1].decode().removesuffix("?key=secret")
                    requests.append(path)
                    status, headers, body = pages.get(path, ("404 Not Found", {}, b""))
                    if callable(body):
                        await body(stream)
                        continue
                    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
                    if "Content-Length" not in headers:
                        lines.append(f"Content-Length: {len(body)}")
                    await stream.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                pass

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield f"http://127.0.0.1:{port}", requests
        group.cancel_scope.cancel()
    await listener.aclose()


OK = ("200 OK", {"Content-Type": "audio/wav"}, WAV)


async def test_a_file_is_played():
    async with web({"/a.wav": OK}) as (base, _), files() as made:
        item = {"response_type": "audio", "source": f"{base}/a.wav"}
        actions = await all_of(asked(handle_audio, item, CallInfo("1", "bank", plugin=made)))
    assert actions == [Play(WAV, f"{base}/a.wav")]


async def test_a_server_that_agrees_on_no_tls_keeps_no_connection_of_ours():
    ended = anyio.Event()

    async def silent(stream):
        async with stream:
            async for _ in stream:
                pass
        ended.set()

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with anyio.create_task_group() as group, files(patience=0.1) as made:
            group.start_soon(listener.serve, silent)
            with pytest.raises(FetchError, match="longer than"):
                await made.fetch(f"https://127.0.0.1:{port}/a.wav")
            with anyio.fail_after(2):
                await ended.wait()
            group.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("loop", "looped"),
    [(True, True), ("true", True), ("True", True), ("false", False), (0, False), (None, False)],
)
async def test_a_file_is_looped_where_it_is_to_be(loop, looped):
    async with web({"/a.wav": OK}) as (base, _), files() as made:
        options = {"voice_telephony": {"loop": loop}}
        item = {"response_type": "audio", "source": f"{base}/a.wav", "channel_options": options}
        [play] = await all_of(asked(handle_audio, item, CallInfo("1", "bank", plugin=made)))
    assert play.loop is looped


async def test_a_file_is_fetched_once():
    async with web({"/a.wav": OK}) as (base, requests), files() as made:
        for _ in range(3):
            assert await made.fetch(f"{base}/a.wav") == WAV
    assert requests == ["/a.wav"]


async def test_what_many_calls_want_at_the_same_time_is_fetched_once():
    async with web({"/a.wav": OK}) as (base, requests), files() as made, anyio.create_task_group() as group:
        for _ in range(9):
            group.start_soon(made.fetch, f"{base}/a.wav")
    assert requests == ["/a.wav"]


async def test_a_host_that_drips_keeps_no_file_of_another_waiting():
    pages = {f"/{number}.wav": ("200 OK", {}, drip) for number in range(24)}
    async with (
        web(pages) as (slow, asked_for),
        web({"/a.wav": OK}) as (quick, _),
        files(("127.0.0.1", "localhost")) as made,
        anyio.create_task_group() as group,
    ):
        for number in range(24):
            group.start_soon(made.fetch, f"{slow}/{number}.wav")
        while len(asked_for) < 4:
            await anyio.sleep(0.01)
        with anyio.fail_after(1):
            assert await made.fetch(f"{quick}/a.wav".replace("127.0.0.1", "localhost")) == WAV
        group.cancel_scope.cancel()
    assert len(asked_for) == 4


async def test_who_hangs_up_leaves_the_file_to_the_others():
    asked_twice = []

    async def first_slow(stream):
        asked_twice.append(1)
        if len(asked_twice) == 1:
            await anyio.sleep(5)
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")

    got = []

    async def want():
        got.append(await made.fetch(f"{base}/a.wav"))

    async with (
        web({"/a.wav": ("", {}, first_slow)}) as (base, requests),
        files() as made,
        anyio.create_task_group() as group,
        anyio.create_task_group() as first,
    ):
        first.start_soon(made.fetch, f"{base}/a.wav")
        while not requests:
            await anyio.sleep(0.01)
        group.start_soon(want)
        await anyio.sleep(0.01)
        first.cancel_scope.cancel()
    assert got == [b"abc"]


async def test_an_address_is_fetched_as_it_travels():
    path = "/gr%C3%B6%C3%9Fe%20a.wav?n=%C3%A4"
    async with web({path: OK}) as (base, requests), files() as made:
        assert await made.fetch(f"{base}/größe a.wav?n=ä#b") == WAV
    assert requests == [path]


async def test_a_redirection_may_be_written_in_any_letters():
    location = "/größe.wav".encode().decode("latin-1")
    pages = {"/a.wav": ("302 Found", {"Location": location}, b""), "/gr%C3%B6%C3%9Fe.wav": OK}
    async with web(pages) as (base, _), files() as made:
        assert await made.fetch(f"{base}/a.wav") == WAV


async def test_the_oldest_file_makes_room():
    pages = {f"/{number}.wav": OK for number in range(6)}
    async with web(pages) as (base, requests), files() as made:
        for number in (0, 1, 2, 3, 4, 5, 0):
            await made.fetch(f"{base}/{number}.wav")
    assert requests[-1] == "/0.wav"
    assert len(requests) == 7


async def test_a_redirection_is_followed():
    pages = {"/a.wav": ("302 Found", {"Location": "/b.wav"}, b""), "/b.wav": OK}
    async with web(pages) as (base, _), files() as made:
        assert await made.fetch(f"{base}/a.wav") == WAV


async def drip(stream):
    await stream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await stream.send(b"1\r\nx\r\n")
        await anyio.sleep(0.05)


async def flood(stream):
    await stream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await stream.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (("404 Not Found", {}, b""), "the server answers 404"),
        (("200 OK", {"Content-Length": "2000000000"}, b""), "it has more than 5000 bytes"),
        (("200 OK", {}, flood), "it has more than 5000 bytes"),
        (("200 OK", {}, drip), "it took longer than 0.3 s"),
        (("302 Found", {"Location": "/a.wav"}, b""), "it is redirected more than 3 times"),
        (
            ("302 Found", {"Location": "file:///etc/passwd"}, b""),
            "it is redirected to an address that is none",
        ),
        (("302 Found", {"Location": "http://localhost/"}, b""), "expected an https address"),
        (("302 Found", {"Location": "https://10.0.0.1/"}, b""), "the address is of a private network"),
        (("302 Found", {"Location": "https://[::1"}, b""), "it is redirected to an address that is none"),
        (("302 Found", {}, b""), "it is redirected more than 3 times"),
    ],
)
async def test_what_is_not_as_it_should_be_is_given_back_with_the_reason(page, why):
    async with web({"/a.wav": page}) as (base, _), files(patience=0.3) as made:
        item = {"response_type": "audio", "source": f"{base}/a.wav?key=secret"}
        actions = await all_of(asked(handle_audio, item, CallInfo("1", "bank", plugin=made)))
    assert actions == [UnknownResponse(response_type="audio", problem=f"{base}/a.wav: {why}")]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "2130706433"]
)
async def test_a_private_address_is_refused_however_it_is_written(host):
    async with files(hosts=()) as made:
        with pytest.raises(FetchError, match=r"private network|connection failed"):
            await made.fetch(f"https://{host}/a.wav")


async def test_a_name_is_resolved_once_so_that_no_second_answer_counts(monkeypatch):
    asked_for = []

    def getaddrinfo(host, port, **_):
        asked_for.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async with web({"/a.wav": OK}) as (base, _), files(hosts=("files.example.com",)) as made:
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        port = base.rpartition(":")[2]
        assert await made.fetch(f"http://files.example.com:{port}/a.wav") == WAV
    assert asked_for == ["files.example.com"]


async def test_the_older_command_has_a_recording_where_no_voice_can_speak():
    async with web({"/a.wav": OK}) as (url, _), files() as fetched:
        given = {"text": ["Hello"], "errAudioURL": f"{url}/a.wav"}
        action = {"command": "vgwActPlayText", "parameters": given}
        item = {"response_type": "user_defined", "user_defined": {"vgwAction": action}}
        assert await performed(item, CallInfo("1", "bank"), audio=fetched) == [
            Say("Hello", otherwise=Play(WAV, f"{url}/a.wav"))
        ]


async def test_a_recording_that_is_not_there_costs_the_text_nothing():
    async with web({}) as (url, _), files() as fetched:
        given = {"text": ["Hello"], "errAudioURL": f"{url}/a.wav"}
        action = {"command": "vgwActPlayText", "parameters": given}
        item = {"response_type": "user_defined", "user_defined": {"vgwAction": action}}
        missing, said = await performed(item, CallInfo("1", "bank"), audio=fetched)
        assert (said, missing.response_type, missing.failed) == (Say("Hello"), "audio", False)
