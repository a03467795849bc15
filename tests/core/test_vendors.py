"""Core knows no vendor: what one calls a thing stands in the plugin that speaks to it."""

import ast
import re
from pathlib import Path

import pytest

import switchhook

ROOT = Path(switchhook.__file__).parent
WORDS = re.compile(r"ibm|watson|vgw|genesys|audio ?hook|audio ?connector", re.IGNORECASE)


def docstrings(tree):
    """Also those of attributes: any text that stands alone. They may cite where a fact is from."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def said(source):
    """Names and texts of a module, without its docstrings."""
    tree = ast.parse(source)
    exempt = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in exempt:
            yield node.value
        for field in ("id", "attr", "name", "arg", "module", "asname"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield name


def vendors_in(source):
    return [text for text in said(source) if WORDS.search(text.replace("_", ""))]


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_no_name_or_text_of_core_is_a_vendors(path):
    assert vendors_in(path.read_text(encoding="utf-8")) == []
    assert not WORDS.search(path.stem.replace("_", ""))


@pytest.mark.parametrize(
    "source",
    [
        "watson = 1",
        "def is_genesys(): pass",
        "a.vgw_text",
        "import audio_hook",
        "x = f'says {y} to IBM'",
        "def f(audioConnector): pass",
    ],
)
def test_the_words_are_found(source):
    assert len(vendors_in(source)) == 1


def test_a_docstring_may_cite():
    assert vendors_in('"""As IBM has it."""\nX = 1\n"""As Genesys has it."""') == []
