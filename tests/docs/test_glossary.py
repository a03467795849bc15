"""One word for one thing."""

import re
from itertools import combinations
from pathlib import Path

import pytest

import switchhook

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs/glossary.md"
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| term", "| ---"))
]
PAGES = [ROOT / "README.md", *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page != GLOSSARY)]
CODE = [*sorted(ROOT.glob("core/src/**/*.py")), *sorted(ROOT.glob("plugins/*/src/**/*.py"))]
ALIKE = {
    ("Action", "Actions")
}  # one, and what a handler may return: the contract has had both from the start


@pytest.fixture(scope="module")
def text():
    """Of documentation and code, in words."""
    whole = " ".join(file.read_text(encoding="utf-8") for file in (*PAGES, *CODE))
    return re.sub(r"[\W_]+", " ", whole).lower()


def plain(name):
    """Without case, underscores and the plural."""
    return re.sub(r"(?<=[a-z])s$", "", name.replace("_", "").lower())


@pytest.mark.parametrize("term", [term for term, _ in ROWS])
def test_a_term_is_used(term, text):
    words = re.sub(r"[\W_]+", " ", term).lower()
    assert re.search(rf"\b{words}s?\b", text)


def test_a_term_is_explained_once():
    terms = [plain(term) for term, _ in ROWS]
    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize(("term", "meaning"), ROWS)
def test_an_explanation_is_a_sentence(term, meaning):
    assert 10 < len(meaning) < 130, term


def test_no_two_public_names_are_alike():
    pairs = combinations(sorted(switchhook.__all__), 2)
    assert {(one, other) for one, other in pairs if plain(one) == plain(other)} == ALIKE
