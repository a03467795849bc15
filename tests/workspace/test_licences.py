"""Which licences may be passed on, and what an audit is worth that has looked at nothing."""

import importlib.util
import json
from pathlib import Path

import pytest

RELEASE = Path(__file__).parents[2] / "release"


def module(name):
    spec = importlib.util.spec_from_file_location(f"release_{name}", RELEASE / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


licences, audit = module("licences"), module("audit")


def component(name, *said):
    return {"name": name, "version": "1", "licenses": list(said)}


def named(text):
    return {"license": {"name": text}}


@pytest.mark.parametrize(
    ("said", "good"),
    [
        ([{"license": {"id": "MIT"}}], True),
        ([{"expression": "Apache-2.0 AND BSD-2-Clause"}], True),
        ([{"expression": "GPL-3.0-only OR MIT"}], True),
        ([{"expression": "GPL-3.0-only AND MIT"}], False),
        ([{"license": {"id": "AGPL-3.0-or-later"}}], False),
        ([named("License :: OSI Approved :: BSD License")], True),
        ([named("License :: OSI Approved :: GNU General Public License v3 (GPLv3)")], False),
        ([{"license": {"id": "MIT"}}, named("Commons Clause")], False),
        ([named("my own words")], False),
        ([], False),
    ],
)
def test_a_licence_is_allowed_where_it_is_on_the_list(said, good):
    assert licences.judged(component("acme", *said))[1] is good


def test_what_a_person_has_judged_counts_as_long_as_it_says_the_same():
    lgpl, gpl = {"license": {"id": "LGPL-2.1-or-later"}}, {"license": {"id": "GPL-3.0-only"}}
    assert licences.judged(component("soxr", lgpl))[1] is True
    assert licences.judged(component("soxr", gpl))[1] is False
    assert licences.judged(component("acme", lgpl))[1] is False


@pytest.mark.parametrize(
    ("components", "status"),
    [
        ([component("a", {"license": {"id": "MIT"}})], 0),
        ([component("a", {"license": {"id": "GPL-3.0-only"}})], 1),
        ([], 1),
    ],
)
def test_a_bill_with_a_licence_that_is_not_allowed_or_with_nothing_in_it_fails(tmp_path, components, status):
    bill = tmp_path / "bill.json"
    bill.write_text(json.dumps({"components": components}))
    assert licences.main(str(bill), str(tmp_path / "list.txt")) == status
    assert len((tmp_path / "list.txt").read_text().splitlines()) == len(components)


GOOD = {"name": "anyio", "version": "4", "vulns": []}
BAD = {"name": "anyio", "version": "4", "vulns": [{"id": "CVE-1", "fix_versions": ["5"]}]}
UNSEEN = {"name": "anyio", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "expected", "status"),
    [
        ([GOOD], 1, 0),
        ([BAD], 1, 1),
        ([UNSEEN], 1, 1),
        ([GOOD, UNSEEN], 2, 1),
        ([GOOD], 2, 1),
        ([], 0, 1),
    ],
)
def test_an_audit_is_good_news_only_where_all_was_looked_at(found, expected, status):
    assert audit.verdict({"dependencies": found}, expected)[0] == status


def test_an_audit_names_the_fault_and_the_version_that_mends_it():
    assert "anyio 4: CVE-1, mended in 5" in audit.verdict({"dependencies": [BAD]}, 1)[1]


def test_every_pin_is_counted():
    assert audit.pins("# a comment ==\nanyio==4\nidna==3\n") == 2
