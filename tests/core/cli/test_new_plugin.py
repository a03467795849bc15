"""A plugin's folder is made of a name and a kind, and never written over."""

import builtins
import sys
import tomllib
from types import ModuleType

import pytest

from switchhook import Options, Settings
from switchhook.__main__ import main
from switchhook.cli.new_plugin.answers import GROUPS, Answers
from switchhook.cli.new_plugin.rendering import TEMPLATES, bounds, rendered

KINDS = list(GROUPS)


def new(tmp_path, *arguments):
    return main(["new-plugin", *arguments, "--author", "Ada Lovelace", "--into", str(tmp_path)])


@pytest.fixture
def made(tmp_path, capsys):
    assert new(tmp_path, "spelling", "--kind", "response") == 0
    capsys.readouterr()
    return tmp_path / "spelling"


def update(folder, *arguments):
    return main(["new-plugin", "--update", str(folder), *arguments])


@pytest.fixture
def terminal(monkeypatch):
    """Somebody who types these answers."""

    def answers(*texts):
        left = list(texts)
        for stream in (sys.stdin, sys.stdout):
            monkeypatch.setattr(stream, "isatty", lambda: True)
        monkeypatch.setattr(builtins, "input", lambda asked: left.pop(0))

    return answers


def test_each_kind_has_templates():
    assert {path.name for path in TEMPLATES.iterdir()} == {"every", *KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_complete(kind):
    files = rendered(Answers("my-own", kind, 'Ada "A." $name', 2026))
    assert {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        ".github/workflows/test.yml",
        "src/switchhook_my_own/__init__.py",
        "src/switchhook_my_own/py.typed",
        "tests/test_my_own.py",
    } <= set(files)
    for path, text in files.items():
        if path.endswith(".py"):
            compile(text, path, "exec")


@pytest.mark.parametrize("kind", KINDS)
def test_the_distribution_names_its_plugin_and_what_it_needs(kind):
    project = tomllib.loads(rendered(Answers("my-own", kind, 'Ada "A." $name', 2026))["pyproject.toml"])
    (entry,) = project["project"]["entry-points"][f"switchhook.{GROUPS[kind]}"].items()
    assert entry == ("my-own" if kind == "command" else "my_own", "switchhook_my_own")
    assert project["project"]["dependencies"][0] == f"switchhook{bounds()}"
    assert project["project"]["authors"] == [{"name": 'Ada "A." $name'}]
    assert project["tool"]["mypy"]["strict"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_is_a_script_and_a_configuration(kind, tmp_path):
    files = rendered(Answers("my-own", kind, "Ada", 2026))
    for path in ("example/example.toml", "example/switchhook.toml"):
        table = tomllib.loads(files.get(path, ""))
        if path.endswith("switchhook.toml"):
            assert Options(table, place="", base=tmp_path).parse(Settings)
        elif table:
            assert {"fallback", "no_input", "steps"} == set(table)


@pytest.mark.parametrize("name", ["weather", "today", "spelling", "not_weather", "code"])
def test_a_handler_leaves_others_responses_alone_whatever_it_is_called(name, monkeypatch):
    files = rendered(Answers(name, "response", "Ada", 2026))
    handler = ModuleType(package := f"switchhook_{name}")
    exec(files[f"src/{package}/__init__.py"], vars(handler))  # as its author's pytest does
    monkeypatch.setitem(sys.modules, package, handler)
    tests = {}
    exec(files[f"tests/test_{name}.py"], tests)
    tests["test_other_responses_are_left_to_others"]()


def test_the_licence_names_author_and_year():
    assert "Copyright (c) 2026 Ada" in rendered(Answers("a", "tts", "Ada", 2026))["LICENSE"]


@pytest.mark.parametrize(
    ("here", "series"),
    [("0.1.0", ">=0.1,<0.2"), ("0.9.3", ">=0.9,<0.10"), ("1.4.2", ">=1.4,<2"), ("0.2.0rc1", ">=0.2,<0.3")],
)
def test_the_requirement_has_the_bounds_of_a_series(monkeypatch, here, series):
    monkeypatch.setattr("switchhook.cli.new_plugin.rendering.version", lambda name: here)
    assert bounds() == series


def test_it_ends_with_what_to_type_next(tmp_path, capsys):
    assert new(tmp_path, "spelling", "--kind", "response") == 0
    shown = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert shown[1:5] == [f"cd {tmp_path / 'spelling'}", "pip install -e '.[test]'", "pytest", "mypy"]
    assert shown[-1].endswith("switchhook talk --config example/switchhook.toml")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("My Ear", "my-ear"),
        ("my.ear", "my-ear"),
        ("myEar", "myear"),
        ("ear-", "ear"),
        ("_ear", "ear"),
        ("my--ear", "my-ear"),
        ("my__ear", "my-ear"),
        ("../ear", "ear"),
        ("Hörer", "horer"),
        ("switchhook-ear", "ear"),
        ("switchhook_ear", "ear"),
        ("e" * 41, "e" * 40),
    ],
)
def test_a_bad_name_is_refused_with_a_good_one(tmp_path, capsys, name, meant):
    assert new(tmp_path, name, "--kind", "stt") == 2
    assert f"did you mean {meant!r}?" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "___", "耳", "\x1b[31m"])
def test_a_name_that_resembles_none_is_refused(tmp_path, capsys, name):
    assert new(tmp_path, name, "--kind", "stt") == 2
    said = capsys.readouterr().err
    assert "expected a name" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("name", ["only", "exclude", "order"])
def test_a_key_of_the_configuration_is_no_name(tmp_path, capsys, name):
    assert new(tmp_path, name, "--kind", "response") == 2
    assert f"try my-{name}" in capsys.readouterr().err


def test_the_name_of_an_installed_plugin_is_taken(tmp_path, capsys, site):
    site.add("stt", "earshot", distribution="acme-earshot")
    assert new(tmp_path, "earshot", "--kind", "stt") == 2
    assert "stt/earshot is installed already (from acme-earshot)" in capsys.readouterr().err


def test_a_plugin_of_another_group_may_have_the_name(tmp_path, site):
    site.add("stt", "earshot", distribution="acme-earshot")
    assert new(tmp_path, "earshot", "--kind", "tts") == 0


def test_ones_own_that_is_installed_does_not_take_the_name(tmp_path, site):
    site.add("stt", "earshot", distribution="switchhook-earshot")
    assert new(tmp_path, "earshot", "--kind", "stt") == 0


def test_another_distribution_of_the_name_is_left_alone(tmp_path, capsys, site):
    site.add("stt", "earshot", distribution="switchhook-earshot")
    assert new(tmp_path, "earshot", "--kind", "tts") == 2
    assert "the distribution switchhook-earshot is another one; try my-earshot" in capsys.readouterr().err


def test_a_distribution_of_our_own_is_left_alone_where_it_is_not_installed(
    tmp_path, capsys, site, monkeypatch
):
    extra = "switchhook-stt-moonshine>=0.1,<0.2 ; extra == 'offline'"
    monkeypatch.setattr("switchhook.cli.new_plugin.answers.requires", lambda name: [extra])
    assert new(tmp_path, "stt-moonshine", "--kind", "stt") == 2
    assert "try my-stt-moonshine" in capsys.readouterr().err


def test_a_command_of_that_name_is_taken(tmp_path, capsys):
    assert new(tmp_path, "talk", "--kind", "command") == 2
    assert "commands/talk is installed already" in capsys.readouterr().err


@pytest.mark.parametrize("author", ["", " ", "Ada\nLovelace", "A" * 201])
def test_an_author_is_a_line(tmp_path, capsys, author):
    arguments = ["new-plugin", "ear", "--kind", "stt", "--author", author, "--into", str(tmp_path)]
    assert main(arguments) == 2
    assert "--author: expected a name" in capsys.readouterr().err


def test_a_folder_that_holds_something_is_left_alone(made, tmp_path, capsys):
    (made / "README.md").write_text("mine")
    assert new(tmp_path, "spelling", "--kind", "tts") == 1
    assert "is there already" in capsys.readouterr().err
    assert (made / "README.md").read_text() == "mine"


def test_a_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "spelling").write_text("mine")
    assert new(tmp_path, "spelling", "--kind", "tts") == 1
    assert (tmp_path / "spelling").read_text() == "mine"


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "spelling").symlink_to("elsewhere")
    assert new(tmp_path, "spelling", "--kind", "tts") == 1
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "spelling").mkdir()
    assert new(tmp_path, "spelling", "--kind", "tts") == 0


def test_where_nothing_can_be_written_it_says_so(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert new(tmp_path / "file", "spelling", "--kind", "tts") == 1
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "flag"), [((), "NAME"), (("ear",), "--kind: one of response, stt"), (("--kind", "stt"), "NAME")]
)
def test_in_a_pipe_what_is_missing_is_said(capsys, given, flag):
    assert main(["new-plugin", *given]) == 2
    assert f"say {flag}" in capsys.readouterr().err


def test_in_a_pipe_the_author_may_be_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr("switchhook.cli.new_plugin.answers._known_author", str)
    assert main(["new-plugin", "ear", "--kind", "stt", "--into", str(tmp_path)]) == 0
    assert "the authors of switchhook-ear" in (tmp_path / "ear/LICENSE").read_text()


def test_in_a_terminal_what_is_missing_is_asked_for(tmp_path, monkeypatch, terminal):
    monkeypatch.chdir(tmp_path)
    terminal("ear", "tts", "Ada")
    monkeypatch.setattr("switchhook.cli.new_plugin.answers._known_author", str)
    assert main(["new-plugin"]) == 0
    assert tomllib.loads((tmp_path / "ear/pyproject.toml").read_text())["tool"]["switchhook"][
        "new-plugin"
    ] == {
        "name": "ear",
        "kind": "tts",
        "author": "Ada",
        "year": int((tmp_path / "ear/LICENSE").read_text().split("(c) ")[1][:4]),
    }


def test_in_a_terminal_a_bad_answer_is_asked_for_again(tmp_path, capsys, monkeypatch, terminal):
    monkeypatch.chdir(tmp_path)
    terminal("My Ear", "my-ear", "st", "stt", "")
    monkeypatch.setattr("switchhook.cli.new_plugin.answers._known_author", lambda: "Grace")
    assert main(["new-plugin"]) == 0
    assert "did you mean 'my-ear'?" in (said := capsys.readouterr().err)
    assert "did you mean 'stt'?" in said
    assert "Grace" in (tmp_path / "my-ear/LICENSE").read_text()


def test_who_goes_away_instead_of_answering_is_told(tmp_path, capsys, monkeypatch, terminal):
    monkeypatch.chdir(tmp_path)
    terminal()

    def nobody(asked):
        raise EOFError

    monkeypatch.setattr(builtins, "input", nobody)
    assert main(["new-plugin", "ear"]) == 2
    assert "nobody said a kind" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_plugin_is_as_it_would_be_written(made, capsys):
    assert update(made) == 0
    assert capsys.readouterr().out == f"{made} is as it would be written now\n"


def test_what_differs_is_shown_and_not_written(made, capsys):
    (made / "README.md").write_text(
        old := (made / "README.md").read_text().replace("pytest\n", "nosetests\n")
    )
    assert update(made) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("--- a/README.md\n+++ b/README.md\n@@ ")
    assert "\n-nosetests\n+pytest\n" in shown
    assert (made / "README.md").read_text() == old


def test_the_series_of_a_newer_switchhook_is_shown(made, capsys, monkeypatch):
    monkeypatch.setattr("switchhook.cli.new_plugin.rendering.version", lambda name: "0.7.0")
    update(made)
    assert '\n+dependencies = ["switchhook>=0.7,<0.8"]\n' in capsys.readouterr().out


def test_a_file_that_is_gone_is_shown_as_new(made, capsys):
    (made / "LICENSE").unlink()
    update(made)
    assert capsys.readouterr().out.startswith("--- /dev/null\n+++ b/LICENSE\n@@ ")


def test_what_the_author_added_is_no_difference(made, capsys):
    (made / "src/switchhook_spelling/more.py").write_text("")
    update(made)
    assert "is as it would be written now" in capsys.readouterr().out


def test_write_writes_what_differs_and_keeps_what_was(made, capsys):
    (made / "README.md").write_text("mine")
    (made / "LICENSE").unlink()
    assert update(made, "--write") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {made / name}" for name in ("README.md", "LICENSE")
    ]
    assert (made / "README.md.orig").read_text() == "mine"
    update(made)
    assert "is as it would be written now" in capsys.readouterr().out


def test_write_takes_the_files_that_are_named(made):
    for name in ("README.md", "LICENSE"):
        (made / name).write_text("mine")
    assert update(made, "--write", "LICENSE") == 0
    assert (made / "README.md").read_text() == "mine"
    assert (made / "LICENSE").read_text().startswith("MIT")


def test_a_file_that_would_not_change_is_not_written(made, capsys):
    (made / "README.md").write_text("mine")
    assert update(made, "--write", "REDME.md") == 2
    assert "did you mean 'README.md'?" in capsys.readouterr().err
    assert (made / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "x"\n',
        "[tool.switchhook]\nnew-plugin = 1\n",
        '[tool.switchhook.new-plugin]\nname = "ear"\nkind = "stt"\nauthor = "Ada"\n',
        '[tool.switchhook.new-plugin]\nname = "../ear"\nkind = "stt"\nauthor = "Ada"\nyear = 2026\n',
        '[tool.switchhook.new-plugin]\nname = "ear"\nkind = "../stt"\nauthor = "Ada"\nyear = 2026\n',
        "not TOML",
    ],
)
def test_a_folder_that_was_not_made_here_is_no_plugin_to_update(tmp_path, capsys, text):
    (tmp_path / "pyproject.toml").write_text(text)
    assert update(tmp_path) == 2
    assert capsys.readouterr().err.startswith("switchhook new-plugin: ")


def test_a_folder_without_a_distribution_is_none_either(tmp_path, capsys):
    assert update(tmp_path) == 2
    assert "say --update FOLDER of a plugin" in capsys.readouterr().err


def test_update_takes_nothing_that_is_recorded(made, capsys):
    assert main(["new-plugin", "ear", "--kind", "stt", "--update", str(made)]) == 2
    assert "leave out NAME, --kind" in capsys.readouterr().err


def test_write_is_about_an_update(capsys):
    assert main(["new-plugin", "ear", "--write"]) == 2
    assert "--write goes with --update" in capsys.readouterr().err
