"""Plugins that are a file each: what is loaded, by which name, and what is refused."""

import json
import os

import pytest

from switchhook import CallInfo, PluginError, SettingsError, parse_response
from switchhook.__main__ import main
from switchhook.plugins.asking import Hooks
from switchhook.plugins.files import plugin_files
from switchhook.plugins.loader import Plugins

HELLO = """
from __future__ import annotations

from switchhook import Actions, CallInfo, Say, TextResponse, hookimpl

@hookimpl
def handle_text(response: TextResponse, call: CallInfo) -> Actions | None:
    return Say("from " + __file__.rpartition("/")[2])
"""
LISTENER = """
from switchhook import hookimpl

@hookimpl
def call_ended(record):
    pass
"""
DRIVER = """
from switchhook import hookimpl

@hookimpl
def create_stt(options):
    return object()
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "bot/plugins"
    made.mkdir(parents=True, mode=0o755)
    return made


def written(folder, name, source=HELLO):
    path = folder / name
    path.write_text(source)
    path.chmod(0o644)
    return path


def found(folder):
    return plugin_files(folder, folder.parent)


def loaded(folder, order=(), **narrowed):
    plugins = Plugins(order)
    plugins.load_shared(**narrowed, files=found(folder))
    return plugins


def refused(folder):
    with pytest.raises(PluginError) as raised:
        loaded(folder)
    return str(raised.value)


def heard(plugins):
    response = parse_response({"response_type": "text", "text": "hi"})
    asked = Hooks(plugins, list(plugins.loaded.values())).handle(response, CallInfo("1", "support"))
    return asked.actions.text


def test_a_file_is_a_plugin_by_its_own_name(folder, site):
    written(folder, "hello.py")
    (plugin,) = loaded(folder).loaded.values()
    assert (plugin.name, plugin.key, plugin.hooks) == ("plugins/hello.py", "hello", ("handle_text",))


def test_a_file_may_listen(folder, site):
    written(folder, "hello.py", LISTENER)
    assert loaded(folder).loaded["plugins/hello.py"].hooks == ("call_ended",)


def test_a_folder_elsewhere_is_named_by_its_whole_path(tmp_path, folder, site):
    written(folder, "hello.py")
    (file,) = plugin_files(folder, tmp_path / "other")
    assert file.name == f"{folder}/hello.py"


def test_other_files_are_left_alone(folder, site):
    for name in ("notes.txt", "_helper.py", ".hello.py", "hello.pyc"):
        written(folder, name, "raise SystemExit")
    (folder / "__pycache__").mkdir()
    assert found(folder) == []


def test_files_are_asked_before_what_is_installed_and_first_to_last(folder, site):
    site.add("responses", "aaa", HELLO)
    written(folder, "b.py")
    written(folder, "c.py")
    assert heard(loaded(folder)) == "from b.py"


def test_the_order_may_name_a_file(folder, site):
    written(folder, "b.py")
    written(folder, "c.py")
    assert heard(loaded(folder, order=["c"])) == "from c.py"
    assert heard(loaded(folder, order=["plugins/c.py"])) == "from c.py"


def test_a_file_can_be_excluded(folder, site):
    written(folder, "b.py", "raise SystemExit")
    written(folder, "c.py")
    assert list(loaded(folder, exclude=["b"]).loaded) == ["plugins/c.py"]


def test_a_list_of_what_is_installed_leaves_files_alone(folder, site):
    written(folder, "b.py")
    assert list(loaded(folder, only=[]).loaded) == ["plugins/b.py"]


def test_a_misspelt_file_in_a_list_is_named_with_the_nearest(folder, site):
    written(folder, "hello.py")
    with pytest.raises(PluginError, match="did you mean 'hello'"):
        loaded(folder, exclude=["helo"])


@pytest.mark.parametrize(
    "hook", ["create_stt", "create_tts", "create_assistant", "create_transport", "create_codec"]
)
def test_a_file_makes_no_drivers(folder, site, hook):
    parameter = "audio" if hook == "create_codec" else "options"
    written(folder, "ear.py", DRIVER.replace("create_stt", hook).replace("options", parameter))
    said = refused(folder)
    assert f"plugin plugins/ear.py (from [plugins] path), hook {hook}: a file may handle responses" in said
    assert "switchhook new-plugin" in said


def test_a_driver_by_another_name_is_one_too(folder, site):
    source = DRIVER.replace("@hookimpl", '@hookimpl(specname="create_stt")').replace(
        "def create_stt", "def make"
    )
    written(folder, "ear.py", source)
    assert "hook create_stt: a file may handle responses" in refused(folder)


def test_a_file_reads_no_sound_files(folder, site):
    written(
        folder, "ear.py", "from switchhook import hookimpl\n@hookimpl\ndef load_audio(data): return None\n"
    )
    assert "hook load_audio: a file may handle responses" in refused(folder)


def test_a_file_without_hooks_is_none(folder, site):
    written(folder, "hello.py", "x = 1\n")
    assert "plugins/hello.py (from [plugins] path): implements no hook" in refused(folder)


@pytest.mark.parametrize("source", ["def", "raise SystemExit(3)", "import nothing_of_this_name", "x = '\0'"])
def test_a_file_that_cannot_be_imported_is_named(folder, site, source):
    written(folder, "hello.py", source)
    said = refused(folder)
    assert said.startswith("plugin plugins/hello.py (from [plugins] path): importing it failed: ")
    assert said.endswith("mend it, or take it out of the folder")


def test_a_name_that_the_configuration_cannot_spell_is_refused(folder, site):
    written(folder, "Hello.py")
    assert "plugins/Hello.py" in refused(folder)


def test_a_file_is_read_as_python_reads_it(folder, site):
    written(
        folder,
        "hello.py",
        HELLO.replace("from __future__ import annotations", "")
        + "assert handle_text.__annotations__['response'] is TextResponse\n",
    )
    assert list(loaded(folder).loaded) == ["plugins/hello.py"]


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_may_write_is_not_run(folder, site, mode):
    written(folder, "hello.py", "raise KeyboardInterrupt").chmod(mode)
    assert f"may be written by others (mode {mode:04o})" in refused(folder)


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_a_folder_that_others_may_write_is_not_read(folder, site, mode):
    written(folder, "hello.py", "raise KeyboardInterrupt")
    folder.chmod(mode)
    with pytest.raises(
        SettingsError, match=f"the folder plugins may be written by others .mode {mode:04o}.*chmod"
    ):
        found(folder)


@pytest.fixture
def somebody_else(monkeypatch):
    """The server is not who wrote the files, and neither is root."""
    given = os.stat_result

    def other(of):
        owner = max(os.geteuid(), 1)

        def changed(found):
            return given((*found[:4], owner if of(found) else found[4], *found[5:]))

        for name in ("fstat", "stat"):
            real = getattr(os, name)
            monkeypatch.setattr(os, name, lambda *a, real=real, **k: changed(real(*a, **k)))
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)

    return other


def test_a_file_of_another_user_is_not_run(folder, site, somebody_else):
    path = written(folder, "hello.py", "raise KeyboardInterrupt")
    number = path.stat().st_ino
    (file,) = found(folder)
    somebody_else(lambda about: about.st_ino == number)
    with pytest.raises(PluginError, match="belongs to another user"):
        file.load()


def test_a_folder_of_another_user_is_not_read(folder, site, somebody_else):
    written(folder, "hello.py", "raise KeyboardInterrupt")
    number = folder.stat().st_ino
    somebody_else(lambda about: about.st_ino == number)
    with pytest.raises(SettingsError, match="the folder plugins belongs to another user"):
        found(folder)


def test_a_link_is_not_followed(folder, tmp_path, site):
    (folder / "hello.py").symlink_to(written(tmp_path, "elsewhere.py", "raise KeyboardInterrupt"))
    assert "is a link" in refused(folder)


def test_what_is_no_plain_file_is_refused(folder, site):
    os.mkfifo(folder / "hello.py", 0o600)
    assert "is no file of Python" in refused(folder)


def test_a_folder_named_like_a_file_is_refused(folder, site):
    (folder / "hello.py").mkdir(mode=0o755)
    assert "is no file of Python" in refused(folder)


def test_a_folder_that_is_not_there_is_an_error(folder):
    with pytest.raises(SettingsError, match=r"plugins.path: cannot read the folder .*nowhere"):
        found(folder / "nowhere")


# --- where they are listed


@pytest.fixture
def bot(folder, site, monkeypatch):
    (folder.parent / "switchhook.toml").write_text('[plugins]\npath = "plugins"\n')
    monkeypatch.chdir(folder.parent)
    return folder


def test_files_are_listed_among_the_plugins(bot, capsys):
    written(bot, "hello.py")
    assert main(["plugins"]) == 0
    assert "plugins/hello.py" in (shown := capsys.readouterr().out)
    assert shown.splitlines()[-1].split() == ["plugins/hello.py", "[plugins]", "path", "handle_text"]


def test_a_file_that_is_refused_is_listed_with_the_reason(bot, capsys):
    written(bot, "ear.py", DRIVER)
    assert main(["plugins", "--config", "switchhook.toml", "--json"]) == 1
    (item,) = (each for each in json.loads(capsys.readouterr().out) if each["name"] == "plugins/ear.py")
    assert item["group"] is None
    assert "a file may handle responses" in item["error"]


def test_where_no_folder_is_named_no_file_is_one(bot, capsys):
    written(bot, "hello.py", "raise KeyboardInterrupt")
    (bot.parent / "switchhook.toml").write_text("[server]\n")
    assert main(["plugins"]) == 0
    assert "hello" not in capsys.readouterr().out


def test_a_configuration_that_is_named_has_to_be_there(bot, capsys):
    assert main(["plugins", "--config", "other.toml"]) == 2
    assert "cannot read other.toml" in capsys.readouterr().err
