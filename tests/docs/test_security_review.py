"""The security review names tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security-review.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=["::".join(each) for each in NAMED])
def test_each_test_that_the_review_names_exists(file, test):
    text = (ROOT / file).read_text()
    assert re.search(rf"^(async )?def {test or 'test_'}", text, re.MULTILINE)


def test_each_point_of_the_list_is_held_by_a_test():
    table = PAGE.partition("## OWASP's list for WebSockets")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 18
    assert [row for row in rows if "`tests/" not in row.split("|")[-2]] == []
