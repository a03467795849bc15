"""Strangers' distributions, built and installed beside core's wheels: each passes its own test, all of them make a call."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UV = Path(sys.executable).parent / "uv"
EXAMPLES = sorted(path.parent for path in ROOT.glob("docs/example_plugins/*/pyproject.toml"))


def run(*command, cwd=ROOT):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def python(wheels, tmp_path_factory):
    """That of an environment with core, the handlers of responses and all of the examples."""
    env = tmp_path_factory.mktemp("strangers") / "env"
    run(UV, "venv", "--quiet", "--python", sys.executable, env)
    options = [
        "--no-config",
        "--no-sources",
        "--constraint",
        ROOT / "constraints.txt",
        "--find-links",
        wheels,
    ]
    wanted = ["switchhook", "switchhook-responses", *EXAMPLES, "pytest"]
    run(UV, "pip", "install", "--quiet", "--python", env / "bin/python", *options, *wanted)
    return env / "bin/python"


def test_each_is_found(python):
    shown = json.loads(run(python.parent / "switchhook", "plugins", "--json", cwd=python.parent))
    assert not [item for item in shown if item["error"]]
    assert {item["distribution"] for item in shown} >= {path.name.replace("_", "-") for path in EXAMPLES}
    assert not [item for item in shown if "genesys" in item["distribution"]]


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_each_passes_its_own_test(python, folder, tmp_path):
    options = ["-c", "/dev/null", "-W", "error", "-p", "no:cacheprovider"]
    run(python, "-m", "pytest", *options, folder / "tests", cwd=tmp_path)


def test_a_call_needs_nothing_of_genesys(python, tmp_path):
    """Another transport, another ear, voice and assistant: greeted, heard and answered."""
    talk = json.loads(run(python, Path(__file__).with_name("strangers_call.py"), cwd=tmp_path))
    assert talk["asked"] == ["(start)", "last call"]
    assert talk["heard"] > 5


def test_they_are_as_short_as_promised():
    def lines(name):
        source = (ROOT / f"docs/example_plugins/{name}/src/{name}/__init__.py").read_text()
        return len([line for line in source.splitlines() if line.strip()])

    assert lines("acme_weather") <= 10
    assert lines("acme_bot") <= 60
    assert lines("acme_claude") <= 65
    assert lines("acme_ear") <= 150
