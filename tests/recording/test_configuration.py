"""What is written in the configuration, and what `check` says of it."""

import os
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import anyio
import pytest

from switchhook import AudioFormat, CallInfo
from switchhook_recording import plugin, record
from switchhook_recording.plugin import Recordings
from switchhook_recording.settings import RecordingSettings

PAGE = Path(__file__).parents[2] / "docs/how-to/recording.md"
TABLES = [
    tomllib.loads(block)["plugins"] for block in re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
]


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("CALLS_KEY", "key")
    (tmp_path / "secrets").mkdir()
    for name in ("calls", "messages"):
        (tmp_path / "secrets" / name).write_text("secret")
    return {"base": tmp_path}


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_what_the_documentation_shows_is_a_configuration(table, secrets):
    for name, settings in table.items():
        hook = {"recording": plugin, "record": record}[name].settings_model
        assert hook().model_validate(settings, context=secrets)


MEASURED: list = []


def app(tmp_path, **settings):
    read = RecordingSettings.model_validate(settings, context={"base": tmp_path})
    return SimpleNamespace(
        settings=SimpleNamespace(connectors={"bank": None}),
        settings_of=lambda name: {"recording": read}[name],
        measured=lambda name, value, labels: MEASURED.append((name, value, labels)),
    )


async def found(application):
    return [(each.level, each.subject) async for each in plugin.check(application)]


@pytest.mark.anyio
async def test_nothing_is_recorded_where_no_directory_is_named(tmp_path):
    async with plugin.lifespan(app(tmp_path)) as value:
        assert value is None
        assert plugin.create_tap(CallInfo("1", "bank"), AudioFormat(), value) is None


@pytest.mark.anyio
async def test_a_recording_that_is_lost_is_a_figure(tmp_path):
    MEASURED.clear()
    (tmp_path / "kept").write_text("no directory")
    async with plugin.lifespan(app(tmp_path, directory="kept")) as value:
        plugin.create_tap(CallInfo("1", "bank"), AudioFormat(), value)
    assert MEASURED == [("recordings_lost", 1, {})]


@pytest.mark.anyio
@pytest.mark.parametrize(("s3", "lost"), [(None, []), ({"bucket": "calls"}, [("recordings_lost", 1, {})])])
async def test_what_is_deleted_before_a_store_has_it_is_lost(tmp_path, monkeypatch, s3, lost):
    MEASURED.clear()
    monkeypatch.setattr(
        "switchhook_recording.plugin.Uploads", lambda *_: SimpleNamespace(close=print, add=print)
    )
    old = tmp_path / "kept" / "2020-01-01" / "a.wav"
    old.parent.mkdir(parents=True)
    old.touch()
    os.utime(old, (0, 0))
    async with plugin.lifespan(app(tmp_path, directory="kept", s3=s3)):
        await until_gone(old)
    assert lost == MEASURED


async def until_gone(path):
    with anyio.fail_after(10):
        while path.exists():  # a thread deletes it
            await anyio.sleep(0.001)


@pytest.mark.anyio
async def test_a_directory_beside_the_configuration_is_recorded_to(tmp_path):
    async with plugin.lifespan(app(tmp_path, directory="kept")) as value:
        assert isinstance(value, Recordings)
        call = CallInfo("1", "bank")
        assert plugin.create_tap(call, AudioFormat(), value) is not None
        plugin.call_ended(
            call, record_of_call := SimpleNamespace(recordings=[], faults=[], seconds=1.0), value
        )
    [kept] = record_of_call.recordings
    assert Path(kept).parent.parent == tmp_path / "kept"
    assert Path(kept).exists()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("settings", "subjects"),
    [
        ({}, []),
        ({"directory": "kept"}, []),
        ({"directory": "taken"}, ["plugins.recording.directory"]),
        ({"directory": "kept", "connectors": {"bnk": {}}}, ["plugins.recording.connectors.bnk"]),
    ],
    ids=["nothing", "a new directory", "no directory", "a misspelt connector"],
)
async def test_check_finds_what_stands_in_the_way(tmp_path, settings, subjects):
    (tmp_path / "taken").write_text("")
    assert await found(app(tmp_path, **settings)) == [("error", subject) for subject in subjects]
