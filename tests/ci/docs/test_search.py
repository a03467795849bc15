"""The search of the documentation finds: its own searcher, over its own index, asked by node in place of a browser."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
SEARCH = Path(__file__).with_name("search.js")
FIRST = 6  # pages that a reader looks at
QUERIES = {
    "barge-in": "how-to/barge-in/",
    "public_url": "how-to/reach/",
    "new-plugin": "reference/command-line/",
    "never dead air": "how-to/never-dead-air/",
    "hand over": "how-to/hand-over/",
    "rewrite_action": "reference/hooks/",
}


@pytest.fixture(scope="module")
def found(site):
    """The pages that each query finds, the best first."""
    [searcher] = site.glob("assets/javascripts/workers/search.*.js")
    index = site / "search.json"
    done = subprocess.run(
        ["node", SEARCH, searcher, index, *QUERIES, "qwxyz"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    items = json.loads(index.read_text(encoding="utf-8"))["items"]
    pages = [
        [items[number]["location"].partition("#")[0] for number in each] for each in json.loads(done.stdout)
    ]
    return dict(zip([*QUERIES, "qwxyz"], pages, strict=True))


@pytest.mark.parametrize("query", QUERIES)
def test_the_page_that_is_looked_for_is_among_the_first(found, query):
    assert QUERIES[query] in list(dict.fromkeys(found[query]))[:FIRST]


def test_what_stands_nowhere_is_not_found(found):
    assert found["qwxyz"] == []
