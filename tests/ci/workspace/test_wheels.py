"""Each distribution builds a wheel that installs alone, core plus that plugin, and is discovered."""

import email
import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]
UV = Path(sys.executable).parent / "uv"
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))


def run(*command, cwd=ROOT):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def installed_alone(wheels, folder, distribution):
    run(UV, "venv", "--quiet", "--python", sys.executable, folder)
    options = ["--no-config", "--constraint", ROOT / "constraints.txt", "--find-links", wheels]
    run(
        UV, "pip", "install", "--quiet", "--python", folder / "bin/python", *options, distribution, cwd=folder
    )
    shown = run(folder / "bin/switchhook", "plugins", "--json", cwd=folder)
    return json.loads(shown)


def test_core_alone_runs_and_has_no_plugin(wheels, tmp_path):
    found = installed_alone(wheels, tmp_path / "env", "switchhook")
    assert {item["distribution"] for item in found} == {"switchhook"}


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_installs_alone_and_is_discovered(wheels, tmp_path, name):
    distribution = f"switchhook-{name.replace('_', '-')}"
    found = installed_alone(wheels, tmp_path / "env", distribution)
    assert not [item for item in found if item["error"]]
    if name not in (
        "audiohook",
        "chat",
        "embedded",
        "http",
        "testing_openai",
        "toml_lines",
        "watson",
        "websocket",
    ):  # libraries of other plugins, without hooks of their own
        assert distribution in {item["distribution"] for item in found}


def test_every_wheel_carries_its_type_marker_and_the_licence(wheels):
    for wheel in sorted(wheels.glob("*.whl")):
        files = {Path(name).name for name in ZipFile(wheel).namelist()}
        assert {"py.typed", "LICENSE"} <= files, wheel.name


def test_the_wheel_of_the_documentation_serves_it(wheels, tmp_path):
    installed_alone(wheels, tmp_path / "env", "switchhook-docs")
    command = [tmp_path / "env/bin/switchhook", "docs"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().removeprefix("docs at ").strip()
        with urlopen(f"{url}tutorial/", timeout=60) as page:
            assert b"from nothing to a call" in page.read()
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0


def about(wheel):
    (file,) = (name for name in ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(ZipFile(wheel).read(file))


def test_every_wheel_has_a_page_that_begins_with_its_name(wheels):
    for wheel in sorted(wheels.glob("*.whl")):
        shown = about(wheel)
        assert shown.get_payload().lower().startswith(f"# {shown['Name']}\n"), wheel.name
        assert shown["Description-Content-Type"] == "text/markdown"


def test_wheels_need_each_other_in_this_series_only(wheels):
    for wheel in sorted(wheels.glob("*.whl")):
        ours = [each for each in about(wheel).get_all("Requires-Dist", []) if each.startswith("switchhook-")]
        assert all("<0.2,>=0.1" in each for each in ours), wheel.name


def test_the_page_of_an_engine_says_how_a_connector_names_it(wheels):
    (wheel,) = wheels.glob("switchhook_tts_hibari-*.whl")
    assert '`tts = { use = "hibari" }`' in about(wheel).get_payload()
