"""The plugin as the configuration names it."""

from importlib.metadata import entry_points

import pytest

from switchhook import Options, SettingsError
from switchhook_assistant_script.plugin import create_assistant


def options(base, **table):
    return Options(table, place="connectors.support.assistant", base=base)


def test_the_plugin_is_found_under_the_name_script():
    (entry,) = entry_points(group="switchhook.assistant", name="script")

    assert entry.load().create_assistant is create_assistant


def test_the_file_stands_beside_the_configuration(tmp_path):
    (tmp_path / "bank.toml").write_text('[steps.greeting]\nresponses = ["Hello."]', encoding="utf-8")

    assert create_assistant(options(tmp_path, file="bank.toml")) is not None


def test_a_missing_option_names_its_place(tmp_path):
    with pytest.raises(SettingsError, match=r"^connectors\.support\.assistant\.file: "):
        create_assistant(options(tmp_path))


def test_an_unknown_option_suggests_the_nearest(tmp_path):
    with pytest.raises(SettingsError, match="did you mean 'file'"):
        create_assistant(options(tmp_path, fil="bank.toml"))


def test_a_wrong_script_stops_the_start(tmp_path):
    with pytest.raises(SettingsError, match="cannot read the script"):
        create_assistant(options(tmp_path, file="bank.toml"))
