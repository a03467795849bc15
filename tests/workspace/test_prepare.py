"""What a release's bill of materials tells of."""

import importlib.util
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def prepare(monkeypatch):
    spec = importlib.util.spec_from_file_location("release_prepare", ROOT / "release/prepare.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_what_is_installed_for_it_is_what_every_extra_brings(prepare):
    extras = tomllib.loads((ROOT / "core/pyproject.toml").read_text())["project"]["optional-dependencies"]
    name, _, named = prepare.everything().rstrip("]").partition("[")
    assert name == "switchhook"
    assert set(named.split(",")) == set(extras)


def test_a_new_extra_is_among_them(prepare, tmp_path, monkeypatch):
    (tmp_path / "core").mkdir()
    text = '[project]\nversion = "1"\n[project.optional-dependencies]\na = []\nnew-one = []\n'
    (tmp_path / "core/pyproject.toml").write_text(text)
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    assert prepare.everything() == "switchhook[a,new-one]"
