"""The plugin as the configuration names it."""

import os
import socket
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import anyio
import pytest

from switchhook import Options, SettingsError, StartError
from switchhook_embedded.testing import finals, hear
from switchhook_stt_moonshine.plugin import MoonshineOptions, create_stt


def options(**table):
    return Options(table, place="connectors.support.stt", base=Path())


def test_the_plugin_is_found_under_the_name_moonshine():
    (entry,) = entry_points(group="switchhook.stt", name="moonshine")

    assert entry.load().create_stt is create_stt


def test_it_is_made_and_works_without_a_network(monkeypatch, on_the_line):
    def refuse(*_, **__):
        raise AssertionError("the engine asked for the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    engine = create_stt(options(workers=1))

    assert finals(anyio.run(hear, engine, on_the_line("hello"))) == "hello"


def test_there_is_a_worker_for_each_core_up_to_four(monkeypatch):
    for cores, workers in [(1, 1), (3, 3), (64, 4), (None, 1)]:
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert MoonshineOptions().workers == workers


@pytest.mark.parametrize("workers", [0, -1, 1000, "many"])
def test_a_number_of_workers_that_makes_no_sense_is_refused(workers):
    with pytest.raises(SettingsError, match=r"^connectors\.support\.stt\.workers: "):
        create_stt(options(workers=workers))


def test_an_unknown_option_suggests_the_nearest():
    with pytest.raises(SettingsError, match="did you mean 'workers'"):
        create_stt(options(worker=1))


def test_where_the_library_is_missing_the_message_names_the_other_engine(monkeypatch):
    monkeypatch.delitem(sys.modules, "switchhook_stt_moonshine.decoder", raising=False)
    monkeypatch.setitem(sys.modules, "moonshine_voice", None)

    with pytest.raises(
        StartError, match=r"pip install switchhook-stt-whisper and say use = .whisper."
    ) as caught:
        create_stt(options())
    assert "\n" not in str(caught.value)


def test_naming_the_plugin_loads_no_engine():
    code = "import sys, switchhook_stt_moonshine.plugin as p; print({'numpy', 'moonshine_voice'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
