"""Every example in the README and the docs runs."""

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from switchhook import Options, Say, Settings, SettingsError, load_settings
from switchhook.plugins.loader import Plugin, Plugins
from switchhook_conformance.profile import Profile
from switchhook_scenarios.reading import read

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = {
    *("serve", "check", "plugins", "connector", "dial", "conformance", "records", "replay", "tune"),
    *("emulate-watson", "completion", "docs", "new-plugin", "talk", "try"),
}


def examples(language):
    return [
        pytest.param(text, id=f"{page.name}-{number}")
        for page in PAGES
        for number, (kind, text) in enumerate(BLOCK.findall(page.read_text()))
        if kind == language
    ]


@pytest.mark.parametrize("text", examples("toml"))
def test_a_toml_example_is_a_configuration_a_script_or_a_project(text, tmp_path):
    table = tomllib.loads(text)
    if "steps" in table:
        from switchhook_assistant_script.plugin import create_assistant

        (tmp_path / "script.toml").write_text(text)
        assert create_assistant(Options({"file": "script.toml"}, place="assistant", base=tmp_path))
    elif "scenario" in table:
        (tmp_path / "scenarios.toml").write_text(text)
        assert read(tmp_path / "scenarios.toml")
    elif "url" in table:
        (tmp_path / "client-secret").write_text("c2VjcmV0")
        assert Options(table, place="profile", base=tmp_path).parse(Profile).url
    elif "connectors" in table:
        (tmp_path / "secrets").mkdir()
        for name in re.findall(r'file = "(secrets/\w+)"', text):
            (tmp_path / name).write_text("c2VjcmV0\n")
        (tmp_path / "switchhook.toml").write_text(text)
        assert load_settings(tmp_path / "switchhook.toml", {"SUPPORT_API_KEY": "k"}).connectors
    elif not {"project", "server", "fallback"} & set(table):
        assert Options(table, place="", base=tmp_path).parse(Settings)


@pytest.mark.parametrize("text", [p for p in examples("python") if "@hookimpl" in p.values[0]])
def test_a_plugin_example_fits_the_hooks(text):
    module = ModuleType("example")
    exec(compile(text, "example", "exec"), module.__dict__)
    assert Plugins().hold(Plugin("responses/example", "docs", "0", module)).hooks


def test_the_tutorials_test_of_its_plugin_passes():
    plugin, test, *_ = [p.values[0] for p in examples("python") if p.id.startswith("tutorial")]
    module = ModuleType("acme_weather")
    exec(compile(plugin, "acme_weather", "exec"), module.__dict__)
    scope = {}
    exec(compile(test.replace("from acme_weather import handle_user_defined\n", ""), "t", "exec"), scope)
    scope["handle_user_defined"] = module.handle_user_defined
    scope["test_the_weather_is_said"]()
    assert scope["Say"] is Say


@pytest.mark.parametrize("text", examples("sh"))
def test_a_shell_example_uses_commands_that_exist(text):
    used = re.findall(r"^switchhook (\S+)", text, re.MULTILINE)
    assert set(used) <= COMMANDS
    made = re.findall(r"^make ([\w-]+)", text, re.MULTILINE)
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(made) <= set(targets)


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#\s]+)\)", page.read_text()):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def headings(page):
    """Of a page, as links name them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {
        re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", title.replace("`", "")).strip().lower())
        for title in titles
    }


def test_links_to_a_heading_lead_to_one():
    for page in PAGES:
        for link, heading in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text("utf-8")):
            if "://" not in link:
                assert heading in headings(page.parent / link if link else page), (
                    f"{page.name}: {link}#{heading}"
                )


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 115


@pytest.mark.parametrize("folder", sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml")))
def test_the_readme_says_what_each_distribution_does(folder):
    name = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    box = (ROOT / "README.md").read_text("utf-8").partition("## What is in the box")[2].partition("\n## ")[0]
    assert name in {each for row in box.splitlines() for each in distributions(row)}


def distributions(row):
    """Their names; one that begins with - goes on from the beginning of the row's first."""
    first, *others = re.findall("`([^`]+)`", row) or [""]
    beginnings = [first[: at.start()] for at in re.finditer("-|$", first)]
    return {first, *others, *(begun + other for other in others if other[0] == "-" for begun in beginnings)}


def test_the_readme_has_its_two_commands():
    assert "make demo" in (ROOT / "README.md").read_text()
    assert "make test" in (ROOT / "README.md").read_text()


def test_an_unknown_key_is_an_error_here_as_well(tmp_path):
    (tmp_path / "c.toml").write_text("[server]\nprot = 1\n")
    with pytest.raises(SettingsError, match="did you mean 'port'"):
        load_settings(tmp_path / "c.toml", {})


def test_the_tutorials_plugin_is_the_one_in_the_docs_folder():
    plugin, test, *_ = [p.values[0] for p in examples("python") if p.id.startswith("tutorial")]
    folder = ROOT / "docs/example_plugins/acme_weather"
    assert (folder / "src/acme_weather/__init__.py").read_text() == plugin
    assert (folder / "tests/test_weather.py").read_text() == test


# by the tests of first calls and of how-to commands
TYPED = {
    *("README", "tutorial", "barge-in", "from-ibm", "genesys", "operate", "troubleshoot", "watson"),
    "write-a-plugin",
}


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if p.parent.name == "how-to" or p.name in ("README.md", "tutorial.md")],
    ids=lambda page: page.stem,
)
def test_a_command_that_a_page_shows_is_run_or_says_why_not(page):
    blocks = re.findall(r"^(<!-- not run: .+ -->\n)?```sh\n", page.read_text(), re.MULTILINE)
    assert page.stem in TYPED or all(blocks)


def installed(text):
    """What each line that installs from an index has for one, and what it installs."""
    return [
        line for line in text.splitlines() if re.match(r"(?:- run: )?pip install .*switchhook", line.strip())
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md", "docs/web-tutorial.md"])
def test_who_begins_installs_from_the_wheels_of_the_checkout(page):
    """A newcomer has no index that has them."""
    text = (ROOT / page).read_text()
    lines = [line for kind, block in BLOCK.findall(text) if kind == "sh" for line in installed(block)]
    assert lines
    assert all("--find-links" in line for line in lines)


def test_the_second_tutorial_goes_on_where_the_first_ends():
    first, second = ((ROOT / f"docs/{name}.md").read_text() for name in ("tutorial", "web-tutorial"))
    [name] = re.findall(r"^switchhook connector new (\w+)$", first, re.MULTILINE)
    [connectors] = [tomllib.loads(block) for kind, block in BLOCK.findall(second) if kind == "toml"]
    assert connectors["connectors"][name]["address"]["integration"] == name
    assert f"--connector {name}" in second


COMMANDS_OF = {
    command: part["project"]["name"]
    for part in (tomllib.loads(file.read_text()) for file in ROOT.glob("plugins/*/pyproject.toml"))
    for command in part["project"].get("entry-points", {}).get("switchhook.commands", {})
}


@pytest.mark.parametrize("command", sorted(COMMANDS_OF.keys() - {"emulate-watson"}))  # which is for tests
def test_who_types_a_command_that_is_not_installed_is_told_what_brings_it(command):
    extras = tomllib.loads((ROOT / "core/pyproject.toml").read_text())["project"]["optional-dependencies"]
    brought = {re.split(r"[^\w-]", each, maxsplit=1)[0] for extra in extras.values() for each in extra}
    assert COMMANDS_OF[command] in brought
