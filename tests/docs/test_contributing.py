"""What the page for contributors names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TOPS = "core", "plugins", "tests", "docs", "benchmarks", ".ci", "CHANGELOG.md", "constraints.txt"
PATHS = sorted({path for path in re.findall(r"`([\w./]+)`", PAGE) if path.split("/")[0] in TOPS})
TARGETS = re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_names_files():
    assert len(PATHS) > 15


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_is_named_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z][\w-]*)`", PAGE))))
def test_a_target_that_is_named_exists(target):
    assert target in TARGETS


@pytest.mark.parametrize("target", ["quick", "test", "ci", "coverage"])
def test_the_targets_of_every_day_are_in_the_table(target):
    assert f"| `make {target}` |" in PAGE


def test_hooks_before_a_commit_are_local_and_download_nothing():
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"repo: (\S+)", config)) == {"local"}
    assert set(re.findall(r"language: (\S+)", config)) == {"system"}
