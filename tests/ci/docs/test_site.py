"""The documentation site: it is built, a link that leads nowhere fails it, and a browser needs nobody else for it."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[3]
NEEDED = ("docs", "release", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
NAMES = re.compile(r"http://www\.w3\.org/[\w/]+")  # of XML: a browser loads nothing from there
LOADED = {"src", "srcset", "poster", "data", "action", "formaction"}  # by a browser, of itself
SECTIONS = [
    "Why",
    "First hour",
    "How-to",
    "Concepts",
    "Reference",
    "Decisions",
    "Glossary",
]


class Page(HTMLParser):
    """What a page names: ids, what its links lead to, and what it loads."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.sections = set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, given):
        attributes = dict(given)
        self.ids.add(attributes.get("id"))
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif "href" in attributes:
            self.loads.append(attributes["href"])
        self.loads += [attributes[name] for name in LOADED & set(attributes)]
        self.loads += re.findall(r"url\(([^)]+)\)", attributes.get("style") or "")


@pytest.fixture(scope="module")
def pages(site):
    return {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
    }


def pages_of(checkout):
    """Runs the builder in a copy of the checkout."""
    python = ROOT / ".venv/pages/bin/python"
    command = [python, checkout / "release/pages.py", checkout / "site"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture
def checkout(site, tmp_path):
    for name in NEEDED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("[a page](no-such-page.md)", "page does not exist"),
        ("[a place](why.md#no-such-place)", "anchor does not exist"),
        ("[a place of this page](#no-such-place)", "anchor does not exist"),
    ],
)
def test_a_link_that_leads_nowhere_fails_the_build(checkout, link, said):
    with (checkout / "docs/concepts.md").open("a") as page:
        page.write(f"\n{link}\n")
    done = pages_of(checkout)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)
    assert (done.returncode, said in printed, "concepts.md" in printed) == (1, True, True)
    assert not (checkout / "site").exists()


def test_a_new_page_has_a_place_in_the_navigation(checkout):
    (checkout / "docs/how-to/dance.md").write_text("# Dance on the line\n")
    assert pages_of(checkout).returncode == 0
    home = (checkout / "site/index.html").read_text()
    assert 'href="./how-to/dance/"' in home


def test_the_navigation_has_its_sections(site):
    text = (site / "index.html").read_text()
    (menu,) = re.findall(r'<nav class="md-nav md-nav--primary.*?</nav>\s*</div>', text, re.DOTALL)
    places = [re.search(rf"\s{title}\s", menu) for title in SECTIONS]
    assert all(places)
    assert [each.start() for each in places] == sorted(each.start() for each in places)


def test_every_page_is_built(pages):
    sources = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    expected = {
        (path.parent / ("" if path.stem in ("README", "index") else path.stem) / "index.html").as_posix()
        for path in sources
    }
    assert expected <= set(pages)


def test_every_local_link_and_every_picture_is_there(site, pages):
    missing = []
    for name, page in pages.items():
        for link in [*page.links, *page.loads]:
            to = urlsplit(link)
            if to.scheme or to.netloc or name == "404.html":
                continue
            target = (site / name).parent / unquote(to.path) if to.path else site / name
            target = target / "index.html" if target.is_dir() else target
            found = target.exists() and (
                not to.fragment
                or target.suffix != ".html"
                or unquote(to.fragment) in Page(target.read_text(encoding="utf-8")).ids
            )
            missing += [] if found else [f"{name}: {link}"]
    assert missing == []


def test_no_page_loads_anything_from_elsewhere(pages):
    elsewhere = {
        f"{name}: {link}" for name, page in pages.items() for link in page.loads if urlsplit(link).netloc
    }
    assert elsewhere == set()


def text_of(path):
    """Without names of XML and without the comments of stylesheets and of the pictures in them."""
    text = NAMES.sub("", path.read_text(encoding="utf-8"))
    return (
        re.sub(r"/\*.*?\*/|(?:<|\\3c )!--.*?-->", "", text, flags=re.DOTALL)
        if path.suffix == ".css"
        else text
    )


def test_no_script_and_no_stylesheet_names_another_place(site):
    files = [path for kind in ("*.js", "*.css", "*.json", "*.svg") for path in site.rglob(kind)]
    assert {path.suffix for path in files} >= {".js", ".css", ".json"}
    named = {
        f"{path.name}: {url}"
        for path in files
        if path.name != "search.json"  # the text of the pages
        for url in re.findall(r"https?://[^\"'`\s)]*", text_of(path))
    }
    assert named == set()


def test_scripts_within_pages_name_no_other_place(site):
    scripts = [
        script
        for path in site.rglob("*.html")
        for script in re.findall(
            r"<(?:script|style)[^>]*>(.*?)</", path.read_text(encoding="utf-8"), re.DOTALL
        )
    ]
    assert scripts
    assert [script for script in scripts if "://" in NAMES.sub("", script)] == []


def test_what_is_searched_is_in_the_site(site):
    index = json.loads((site / "search.json").read_text(encoding="utf-8"))
    places = {item["location"].partition("#")[0] for item in index["items"]}
    assert {"why/", "reference/settings/", "how-to/genesys/"} <= places
    assert any("barge" in item["text"].lower() for item in index["items"])


@pytest.mark.parametrize("name", ["index.html", "how-to/troubleshoot/index.html"])
def test_a_page_names_a_searcher_that_is_in_the_site(site, name):
    (text,) = re.findall(
        r'<script id="__config"[^>]*>(.*?)</script>', (site / name).read_text("utf-8"), re.DOTALL
    )
    config = json.loads(text)
    base = (site / name).parent / config["base"]
    assert (base / "search.json").exists()
    assert ((site / name).parent / config["search"]).exists()
