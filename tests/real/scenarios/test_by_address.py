"""`switchhook try --url`: a server that somebody else has started, as it should be and as it should not."""

import json
import socket
import threading
from contextlib import closing

import anyio
import anyio.to_thread
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from switchhook.__main__ import main
from switchhook_scenarios.server import server

from ...scenarios.shop import ENGINES, script

INSTANCE = "2f6b1f0e-1d0a-4c51-8f0e-5a1b2c3d4e5f"
SECRET = "c2VjcmV0IG9mIHRoZSB0ZXN0"
CONFIG = f"""
[server]
port = 0
[transport]
use = "genesys"
[transport.integrations.demo]
keys = [{{ api_key = "demo-key", client_secret = {{ file = "secret" }} }}]
[connectors.shop]
address = {{ integration = "demo", instance_id = "{INSTANCE}" }}
{ENGINES}
unmask = ["transcripts", "digits"]
"""
SHOP = script("Hello ${system_integrations.genesys_audio_connector.user_name}.", ends=True)
CALLS = """
[[scenario]]
name = "a parcel by keypad"
variables = { user_name = "Ada" }
steps = [
    { hear = "Hello Ada" },
    { say = "where is my parcel", hear = "its number", does = "CollectDigits" },
    { keys = "123", hear = "today" },
]
outcome = "completed"

[[scenario]]
name = "a caller with a goal"
caller = { goal = "what are your opening hours", until = "nine to five", slow = 0.3 }

[[scenario]]
name = "hours that the shop does not have"
steps = [{ hear = "ten to five" }]
"""


def tried(folder, url, *more):
    (folder / "calls.toml").write_text(CALLS)
    (folder / "secret").write_text(SECRET)
    given = ["--url", url, "--api-key", "demo-key", "--client-secret", f"@{folder / 'secret'}"]
    return main(
        [
            "try",
            str(folder / "calls.toml"),
            *given,
            "--output",
            str(folder / "kept"),
            "--parallel",
            "3",
            *more,
        ]
    )


@pytest.fixture
def with_shop(tmp_path):
    """Exit status of calls to a shop, which runs in a process of its own."""
    for name, text in {"switchhook.toml": CONFIG, "shop.toml": SHOP, "secret": SECRET}.items():
        (tmp_path / name).write_text(text)

    async def go():
        async with server(tmp_path / "switchhook.toml", ["shop"]) as running:
            url = f"ws://127.0.0.1:{running.port}/{INSTANCE}/connect?version=2024-08-25"
            return await anyio.to_thread.run_sync(tried, tmp_path, url, "--json", "--seed", "3")

    return lambda: anyio.run(go)


def test_whole_calls_to_a_running_server(with_shop, capsys, tmp_path):
    status = with_shop()
    data = json.loads(capsys.readouterr().out)
    found = {each["name"]: [miss["key"] for miss in each["misses"]] for each in data["scenarios"]}
    kept = {file.name for file in (tmp_path / "kept/calls-hours-that-the-shop-does-not-have").iterdir()}
    assert (status, found) == (
        1,
        {
            "a parcel by keypad": [],
            "a caller with a goal": [],
            "hours that the shop does not have": ["hear"],
        },
    )
    assert {"call.wav", "messages.jsonl", "talk.txt"} <= kept


@pytest.fixture
def answering():
    """The address of a server that sends these bytes to whoever connects, and closes."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def begin(data):
            def answer():
                while True:
                    try:
                        peer, _ = listening.accept()
                    except OSError:
                        return
                    with peer:
                        peer.recv(65536)
                        peer.sendall(data)

            threading.Thread(target=answer, daemon=True).start()
            return f"ws://127.0.0.1:{listening.getsockname()[1]}/{INSTANCE}/connect?version=2024-08-25"

        yield begin
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def talking():
    """The address of a server with a WebSocket that does this with it."""
    running = []

    def begin(handler):
        made = serve(handler, "127.0.0.1", 0)
        running.append(made)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        return f"ws://127.0.0.1:{made.socket.getsockname()[1]}/{INSTANCE}/connect?version=2024-08-25"

    yield begin
    for each in running:
        each.shutdown()


def outcomes(capsys):
    return [(each["outcome"], each["ok"]) for each in json.loads(capsys.readouterr().out)["scenarios"]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00" * 100,
    ],
)
def test_a_server_that_refuses_has_a_verdict_for_each_scenario(tmp_path, capsys, answering, data):
    assert tried(tmp_path, answering(data), "--json") == 1
    assert outcomes(capsys) == [("refused", False)] * 3


def hang_up(peer):
    peer.recv()


def break_off(peer):
    peer.recv()
    peer.socket.shutdown(socket.SHUT_RDWR)


def babble(peer):
    peer.recv()
    peer.send("no message of the protocol")
    keep_silent(peer)


def keep_silent(peer):
    try:
        while True:
            peer.recv()
    except ConnectionClosed:
        return


@pytest.mark.parametrize(
    ("handler", "ending"),
    [(hang_up, "lost"), (break_off, "lost"), (babble, "failed"), (keep_silent, "timeout")],
)
def test_a_server_that_goes_wrong_in_a_call_has_a_verdict_for_each_scenario(
    tmp_path, capsys, talking, handler, ending
):
    assert tried(tmp_path, talking(handler), "--json", "--limit", "2") == 1
    assert outcomes(capsys) == [(ending, False)] * 3
