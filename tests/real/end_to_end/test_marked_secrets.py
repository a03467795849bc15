"""A call full of marked secrets, and plugins that quote them in every way they can: none is in anything that the
server writes, shows or sends."""

import json
import re
import urllib.request
from datetime import datetime

import pytest

from switchhook_genesys_tools.dial import CallerStep, Keys

from ..tracing.collector import collecting
from .served import free_port, wait_for

BOT = """
[steps.welcome]
responses = ["Hello ${system_integrations.genesys_audio_connector.user_name}, this is a welcome with the word watermelon in it. Please wait until I have said all of it."]
next = ["last_call"]
[steps.last_call]
phrases = ["information about your last call"]
responses = ["Fine."]
[no_input]
responses = ["Goodbye.", { response_type = "end_session" }]
[fallback]
responses = ["What?"]
"""
MARKED = (
    "Rumpelstiltskin",
    "DE8937040044",
    "watermelon",
    "last call",
    "73914682",
    "15550100",
    "e2e-key",
    "marked-",
)
EXTRA = """
[plugins]
path = "plugins"
[plugins.tracing]
endpoint = "{collector}"
headers = {{ authorization = {{ env = "COLLECTOR_KEY" }} }}
[admin]
port = {port}
"""
QUOTING = """
import asyncio
import threading
import warnings

from switchhook import Remark, hookimpl


class Dying:
    def __init__(self, text):
        self.text = text

    def __del__(self):
        raise ValueError(self.text)


def fail(text):
    raise ValueError(text)


async def fail_later(text):
    raise ValueError(text)


def quote(text):
    warnings.warn(text)
    Dying(text)
    threading.Thread(target=fail, args=(text,)).start()
    asyncio.get_running_loop().call_soon(fail, text)
    asyncio.get_running_loop().create_task(fail_later(text))
    raise ValueError(text)


@hookimpl
def call_started(call):
    quote(f"{call.ani} {call.dnis} {dict(call.variables)}")


@hookimpl
def turn_completed(call, turn):
    quote(f"{turn.text} {dict(turn.variables)} {turn.raw}")


@hookimpl
def rewrite_action(action, call):
    quote(str(action))


@hookimpl
def call_ended(call, record):
    quote("watermelon")
"""


@pytest.fixture(params=["human", "json"])
def form(request):
    return request.param


@pytest.fixture
def collector():
    with collecting() as one:
        yield one


@pytest.fixture
def bot(tmp_path, a_server, collector, form):
    port = free_port()
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/quoting.py").write_text(QUOTING)
    extra = EXTRA.format(collector=collector.url, port=port)
    key = {"COLLECTOR_KEY": "marked-collector-key"}
    with a_server(tmp_path, BOT, extra, arguments=("--log-format", form), environ=key) as running:
        running.metrics = f"http://127.0.0.1:{port}/metrics"
        yield running


def test_no_marked_secret_comes_out_anywhere(bot, clip, collector, form):
    steps = (CallerStep(clip("info_last_call"), interrupt=True), CallerStep(Keys("73914682")))
    result = bot.dial(*steps, variables={"user_name": "Rumpelstiltskin", "account": "DE89370400440532013000"})
    record = bot.record_of(result)
    wait_for(lambda: collector.spans("call"))
    shown = urllib.request.urlopen(bot.metrics, timeout=10).read().decode()
    sinks = {
        "log": bot.log(),
        "records and events": "".join(file.read_text() for file in (bot.folder / "records").rglob("*.jsonl")),
        "figures": shown,
        "traces": re.sub(r"'authorization': '[^']*'", "", collector.text()),  # whose key it is
    }
    assert [turn["kind"] for turn in record["turns"]][:3] == ["start", "speech", "digits"]
    assert "plugin_seconds" in shown
    quoted = (
        "ValueError",
        "UserWarning at",
        "thread ",
        "nobody could take",
        "Task exception was never retrieved",
    )
    assert [each for each in quoted if each not in sinks["log"]] == []
    marked = [*MARKED, (bot.folder / "secret").read_text()]
    found = [(sink, each) for sink, text in sinks.items() for each in marked if each.lower() in text.lower()]
    assert found == []
    if form == "json":
        lines = [json.loads(line) for line in sinks["log"].splitlines()]
        assert all(datetime.fromisoformat(line["time"]).utcoffset() is not None for line in lines)
        assert any(line.get("conversation_id") == result.conversation_id for line in lines)
