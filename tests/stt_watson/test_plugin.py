"""How it is configured."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from switchhook import AudioFormat, Options, SettingsError
from switchhook_stt_watson.plugin import create_stt

pytestmark = pytest.mark.usefixtures("clean_environment")


def options(**table):
    return Options(table, place="connectors.support.stt", base=Path())


def test_it_is_found_by_its_name():
    [entry] = entry_points(group="switchhook.stt", name="watson")
    assert entry.load().create_stt is create_stt


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(SettingsError, match="modle: unknown key; did you mean 'model'"):
        create_stt(options(modle="en-US"))


def test_a_service_without_an_address_or_a_key_stops_the_start(monkeypatch):
    monkeypatch.delenv("SPEECH_TO_TEXT_URL", raising=False)
    with pytest.raises(SettingsError, match="SPEECH_TO_TEXT"):
        create_stt(options())


def test_the_line_s_own_coding_is_taken_without_a_codec(monkeypatch):
    monkeypatch.setenv("SPEECH_TO_TEXT_AUTH_TYPE", "noauth")
    assert AudioFormat("PCMU", 8000) in create_stt(options(url="https://example.com")).formats
