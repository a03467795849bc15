"""How it is configured."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from switchhook import Options, SettingsError
from switchhook_tts_watson.plugin import create_tts

pytestmark = pytest.mark.usefixtures("clean_environment")


def options(**table):
    return Options(table, place="connectors.support.tts", base=Path())


def test_it_is_found_by_its_name():
    [entry] = entry_points(group="switchhook.tts", name="watson")
    assert entry.load().create_tts is create_tts


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(SettingsError, match="voise: unknown key; did you mean 'voice'"):
        create_tts(options(voise="en-US_LisaV3Voice"))


def test_a_service_without_an_address_or_a_key_stops_the_start(monkeypatch):
    monkeypatch.delenv("TEXT_TO_SPEECH_URL", raising=False)
    with pytest.raises(SettingsError, match="TEXT_TO_SPEECH"):
        create_tts(options())
