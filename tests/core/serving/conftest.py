"""A server of one connector, on engines in memory."""

import json

import pytest

from switchhook.contract.options import Options
from switchhook.contract.settings import Settings
from switchhook.serving.app import App
from switchhook.serving.server import Server

from .callers import DRIVER, MADE


@pytest.fixture
def serve(site, tmp_path):
    """A server of one connector, `support`, in this test's directory."""
    for group, made in MADE.items():
        site.add(group, "memory", DRIVER.format(group=group, made=made))

    def serve(*, records="records", events=False, languages=None, state=None, when_lost="allow", **server):
        engines = {group: {"use": "memory"} for group in ("assistant", "stt", "tts")}
        table = {
            "server": server,
            "transport": {"use": "memory"},
            "connectors": {"support": {**engines, "events": events, "languages": languages or {}}},
            "records": {"directory": records},
            "state": {"when_lost": when_lost},
        }
        return Server(App(Options(table, place="", base=tmp_path).parse(Settings), tmp_path), state=state)

    return serve


@pytest.fixture
def written(tmp_path):
    def written(pattern="calls-*"):
        files = (tmp_path / "records").glob(pattern)
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    return written
