"""A webhook and an S3 store that come and go while calls are answered: no call notices, and nothing is missing."""

import asyncio
import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import pytest

from switchhook_audiohook.protocol import events

from ...real.end_to_end.served import free_port, served, wait_for

CALLS = 7
TABLES = """
[[records.sinks]]
use = "webhook"
url = "http://127.0.0.1:{port}/calls"
secret = "whsec_{secret}"
hosts = ["127.0.0.1"]

[plugins.recording]
directory = "recordings"
[plugins.recording.s3]
bucket = "calls"
endpoint = "http://127.0.0.1:{port}"
region = "nowhere"
access_key = "key"
secret_key = "secret"
"""


class Away:
    """A webhook and a store on one port. `deaf`: so many records are taken, and their answers do not come."""

    def __init__(self, port):
        self.port, self.deaf = port, 0
        self.posted, self.stored = [], {}
        self._server = None

    def start(self):
        away = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def body(self):
                return self.rfile.read(int(self.headers["Content-Length"]))

            def answer(self):
                self.close_connection = True
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()

            def do_POST(self):
                record = json.loads(self.body())
                away.posted.append((self.headers["webhook-id"], record["record_id"]))
                self.close_connection = True
                if away.deaf:
                    away.deaf -= 1
                else:
                    self.answer()

            def do_PUT(self):
                away.stored[self.path] = self.body()
                self.answer()

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


async def call(server):
    with anyio.fail_after(30):
        async with server.calls() as phone:
            assert isinstance(await phone.open(), events.Opened)
            await phone.until(lambda: len(phone.audio) > 1600)
            await phone.hang_up()


async def calls_while_it_comes_and_goes(server, away):
    """One call lasts through all of it; others begin and end while it is there, and while it is not."""
    async with server.calls() as long:
        assert isinstance(await long.open(), events.Opened)
        await call(server)
        await anyio.to_thread.run_sync(away.stop)
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(call, server)
        await call(server)
        for said in ("does not take records", "is not stored yet"):
            await anyio.to_thread.run_sync(server.said, said)
        away.deaf = 1
        away.start()
        await call(server)
        await long.hang_up()


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The records of all calls, what arrived elsewhere, and the recordings that are left."""
    folder, away = tmp_path_factory.mktemp("away"), Away(free_port())
    secret = base64.b64encode(bytes(32)).decode()
    away.start()
    with served(folder, tables=TABLES.format(port=away.port, secret=secret)) as server:
        asyncio.run(calls_while_it_comes_and_goes(server, away))
        wait_for(lambda: len(server.records()) == CALLS, otherwise=server.log)
        wait_for(lambda: len(set(away.posted)) == CALLS and len(away.stored) == CALLS)
        wait_for(lambda: not [*folder.glob("recordings/*/*")])
        records = server.records()
    away.stop()
    return records, away, [*folder.glob("recordings/*/*")]


def test_calls_notice_nothing(seen):
    records, *_ = seen
    assert [(each["outcome"], each["faults"]) for each in records] == [("hung_up", [])] * CALLS


def test_files_have_each_record_once(seen):
    records, *_ = seen
    assert len({each["record_id"] for each in records}) == CALLS


def test_a_webhook_that_was_away_gets_each_record_in_order_and_knows_one_that_comes_again(seen):
    records, away, _ = seen
    assert len(away.posted) > len(records)
    assert all(webhook_id == record_id for webhook_id, record_id in away.posted)
    assert [*dict.fromkeys(name for name, _ in away.posted)] == [each["record_id"] for each in records]


def test_a_store_that_was_away_has_every_recording_and_none_is_left_here(seen):
    records, away, left = seen
    named = sorted(address for each in records for address in each["recordings"])
    assert named == sorted(f"s3:/{path}" for path in away.stored)
    assert all(data[:4] == b"RIFF" for data in away.stored.values())
    assert left == []
