"""What people meet in their first hour: slips of the pen, plugins and files that are not where they are looked for."""

import json
import logging
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from switchhook import PluginError
from switchhook.__main__ import main
from switchhook.cli.serve import ready
from switchhook.contract.errors import status_of
from switchhook.plugins.loader import bundled_first, installed, only_one, strays
from switchhook.serving.records.files import unwritable

VOICE = "from switchhook import hookimpl\n@hookimpl\ndef create_tts(): return object()\n"


@pytest.fixture(autouse=True)
def _logs_as_they_were():
    """`serve` sets up the logs of the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def refused(group, name):
    with pytest.raises(PluginError) as raised:
        only_one(group, name, installed(group))
    return str(raised.value)


def test_a_misspelt_plugin_is_named_with_the_nearest(site):
    site.add("stt", "earshot", VOICE)
    said = refused("stt", "earshott")
    assert "did you mean 'earshot'?" in said
    assert "earshott;" not in said.replace("stt/earshott", "")


def test_a_plugin_that_nothing_resembles_is_not_advised_to_be_installed(site):
    site.add("stt", "earshot", VOICE)
    said = refused("stt", "qqqq")
    assert "pip install" not in said
    assert "installed: " in said


def test_our_own_distribution_that_is_not_installed_is_named(site, monkeypatch):
    extra = "switchhook-stt-moonshine>=0.1,<0.2 ; extra == 'offline'"
    monkeypatch.setattr("switchhook.plugins.loader.requires", lambda name: [extra])
    site.add("stt", "earshot", VOICE)
    with pytest.raises(PluginError, match="pip install switchhook-stt-moonshine"):
        only_one("stt", "moonshin", [])


@pytest.mark.parametrize("group", ["response", "repsonses"])
def test_a_misspelt_group_is_named_with_the_nearest(site, group):
    site.add(group, "weather", VOICE)
    [meant] = [meant for entry, meant in strays() if entry.name == "weather"]
    assert meant == "switchhook.responses"


def test_plugins_lists_what_a_misspelt_group_hides(site, capsys):
    site.add("response", "weather", VOICE)
    status = main(["plugins"])
    assert status == 1
    assert "did you mean the group 'switchhook.responses'?" in capsys.readouterr().out


def test_groups_that_are_spelt_well_are_no_strays(site):
    site.add("responses", "weather", VOICE)
    assert "weather" not in [entry.name for entry, _ in strays()]


def test_a_bundled_voice_comes_before_a_strangers(site, monkeypatch):
    site.add("tts", "beeps", VOICE)
    site.add("tts", "hibari", VOICE)
    dist = next(entry.dist.name for entry in installed("tts") if entry.name == "hibari")
    monkeypatch.setattr("switchhook.plugins.loader.requires", lambda name: [f"{dist}>=0.1"])
    assert [entry.name for entry in bundled_first(installed("tts"))] == ["hibari", "beeps"]


def test_a_records_folder_below_a_file_is_not_writable(tmp_path):
    (tmp_path / "file").touch()
    assert not unwritable(tmp_path / "new")
    assert unwritable(tmp_path / "file") == f"{tmp_path / 'file'} is no directory"


def test_a_link_to_a_disk_that_is_not_there_is_not_writable(tmp_path):
    (tmp_path / "records").symlink_to(tmp_path / "mounted")
    said = f"{tmp_path / 'records'} is a link to what is not there"
    assert unwritable(tmp_path / "records") == unwritable(tmp_path / "records/spool") == said


def test_of_a_records_folder_that_may_not_be_looked_at_it_is_said_who_may_not(tmp_path, monkeypatch):
    """Root may look anywhere."""
    closed, look = tmp_path / "closed", os.stat
    closed.mkdir()

    def refused(path, **more):
        if not isinstance(path, int) and closed in Path(path).parents:
            raise PermissionError(13, "Permission denied")
        return look(path)

    with monkeypatch.context() as patched:
        patched.setattr("os.lstat", refused)
        patched.setattr("os.stat", refused)
        patched.setattr("os.access", lambda path, mode: False)
        said = unwritable(closed / "records")
    assert said.endswith(f"may not write to {closed}")


def test_it_is_said_why_a_records_folder_is_not_writable(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: path != tmp_path)
    assert unwritable(tmp_path / "a" / "b").endswith(f"may not write to {tmp_path}")
    monkeypatch.setattr("os.statvfs", lambda path: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert unwritable(tmp_path) == f"the file system of {tmp_path} is mounted read-only"


def test_machines_read_listening_on_as_json(capsys):
    from switchhook.serving.log.setup import set_up

    set_up("json", "error")  # whatever the level
    ready("ws://127.0.0.1:1/", "json")
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"] == "listening on ws://127.0.0.1:1/"


def test_the_status_of_a_wrong_plugin_is_2():
    assert status_of(PluginError("stt/x", "is not installed")) == 2


@pytest.mark.parametrize("command", ["check", "serve", "talk"])
def test_the_configuration_is_looked_for_in_the_folder(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([command]) == 2
    assert "cannot read switchhook.toml" in capsys.readouterr().err
