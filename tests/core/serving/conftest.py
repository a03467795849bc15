"""A server of one connector, on engines in memory."""

import json

import pytest

from switchhook.contract.options import Options
from switchhook.contract.settings import Settings
from switchhook.serving.generations.app import App
from switchhook.serving.server import Server

from .callers import DRIVER, MADE


@pytest.fixture
def serve(site, tmp_path):
    """A server of one connector, `support`, in this test's directory."""
    for group, driver in MADE.items():
        site.add(group, "memory", DRIVER.format(group=group, made=driver))

    def made(*, records="records", events=False, languages=None, state=None, when_lost="allow", **server):
        engines = {group: {"use": "memory"} for group in ("assistant", "stt", "tts")}
        table: dict = {
            "server": server,
            "transport": {"use": "memory"},
            "connectors": {"support": {**engines, "events": events, "languages": languages or {}}},
            "records": {"directory": records},
            "state": {"when_lost": when_lost},
        }
        app = App(Options(table, place="", base=tmp_path).parse(Settings), tmp_path)
        house = Server(app, state=state)
        house.generation.records.spool.begin()  # as in `kept`
        return house

    return made


@pytest.fixture
def written(tmp_path):
    def lines(pattern):
        files = sorted((tmp_path / "records").glob(pattern))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def written(pattern="calls-*"):
        """Of records also those that wait in the spool: the time is virtual, and sinks have no time at all."""
        found = lines(pattern)
        known = {line.get("record_id") for line in found}
        waiting = (line["ended"] for line in lines("spool/*.jsonl") if "ended" in line)
        return found + [each for each in waiting if pattern == "calls-*" and each["record_id"] not in known]

    return written
