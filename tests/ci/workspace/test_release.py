"""`make wheels` and `make release`, in a copy of the checkout, up to the one command that publishes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NEEDED = (
    *("core", "plugins", "docs", "release", "Makefile", "LICENSE", "constraints.txt"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
)
REPOSITORY = "https://git.example.com/switchhook"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """With a version that was named."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in NEEDED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    changes = folder / "CHANGELOG.md"
    changes.write_text(changes.read_text().replace("## Unreleased", "## 0.1.0 - 2030-01-01"))
    return folder


def make(folder, *arguments):
    return subprocess.run(
        ["make", "--no-print-directory", *arguments], cwd=folder, capture_output=True, text=True, timeout=600
    )


def test_no_release_is_made_without_the_projects_address(checkout):
    done = make(checkout, "release")
    assert done.returncode != 0
    assert "make release REPOSITORY=https://" in done.stderr


@pytest.fixture(scope="module")
def released(checkout):
    done = make(checkout, "release", f"REPOSITORY={REPOSITORY}")
    assert done.returncode == 0, done.stderr
    return done.stdout, checkout / "dist"


def test_a_release_has_both_forms_of_every_distribution(released):
    _, dist = released
    parts = 1 + len(list((ROOT / "plugins").glob("*/pyproject.toml")))
    assert [len(list(dist.glob(form))) for form in ("*.whl", "*.tar.gz")] == [parts, parts]


def test_a_release_passes_the_checks_of_an_index(released):
    printed, _ = released
    assert "PASSED" in printed
    assert "WARNING" not in printed


def test_a_release_says_what_it_is_made_of(released):
    _, dist = released
    components = json.loads((dist / "switchhook.cdx.json").read_text())["components"]
    assert {"switchhook", "anyio", "hibari-tts"} <= {each["name"] for each in components}


def test_a_release_says_under_which_licences_that_is(released):
    _, dist = released
    listed = (dist / "LICENCES.txt").read_text().splitlines()
    components = json.loads((dist / "switchhook.cdx.json").read_text())["components"]
    assert len(listed) == len(components)
    assert any(line.startswith("anyio ") and line.endswith(": MIT") for line in listed)


def test_the_sums_of_a_release_are_right(released):
    _, dist = released
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=dist, capture_output=True)
    assert done.returncode == 0


def test_a_release_ends_with_the_command_that_publishes_it(released):
    printed, _ = released
    assert "twine upload dist/*.whl dist/*.tar.gz" in printed.splitlines()[-1]


def test_a_version_that_the_changelog_does_not_name_is_not_released(checkout, released):
    changes = checkout / "CHANGELOG.md"
    changes.write_text(changes.read_text().replace("## 0.1.0", "## 0.0.9"))
    done = make(checkout, "release", f"REPOSITORY={REPOSITORY}")
    assert (done.returncode == 0, '## 0.1.0 - DATE"' in done.stderr) == (False, True)
