"""The hot path is drawn with the functions that the code has."""

import importlib
import json
from functools import reduce
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    return importlib.import_module("frame_picture").PATH


def found(package, name):
    """The function of that name: modules first, then what is in them."""
    *modules, last = name.split(".")
    depth = next(n for n, part in enumerate([*modules, last]) if part[0].isupper() or n == len(modules))
    module = importlib.import_module(".".join([package, *modules[:depth]]))
    return reduce(getattr, [*modules, last][depth:], module)


def test_every_function_is_there(path):
    for package, functions in path:
        for name, _ in functions:
            assert callable(found(package, name)), name


def test_as_many_are_drawn_as_are_counted(path):
    counted = json.loads((ROOT / "benchmarks/steps.json").read_text())["a frame"]
    assert sum(len(functions) for _, functions in path) == counted
