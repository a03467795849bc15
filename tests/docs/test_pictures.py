"""The pictures of the pages: whole, shown, and needing nothing from elsewhere. Which of them are up to date is told by
the test of generated pages."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = sorted((ROOT / "docs/pictures").glob("*.svg"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = [
    (alt, (page.parent / place).resolve())
    for page in PAGES
    for alt, place in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
]


def test_there_are_pictures():
    named = {"call", "flow", "frame", "house", "load", "talk", "timeline", "trial"}
    assert {path.stem for path in PICTURES} == named


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_whole_and_shown_with_words_for_those_who_do_not_see_it(path):
    assert ET.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert any(place == path and len(alt) > 20 for alt, place in SHOWN)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_loads_nothing(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "://" not in text
    assert "<script" not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_no_page_has_a_diagram_that_a_browser_would_have_to_draw(page):
    assert "```mermaid" not in page.read_text(encoding="utf-8")


def test_the_house_has_every_floor_that_the_linter_holds():
    floors = re.search(r'layers = \["cli".*\]', (ROOT / "pyproject.toml").read_text())[0]
    drawn = (ROOT / "docs/pictures/house.svg").read_text(encoding="utf-8")
    assert all(f">{room}<" in drawn for room in re.findall(r"\w+", floors) if room not in ("layers", "call"))
