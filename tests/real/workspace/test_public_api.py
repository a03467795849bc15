"""Nothing that is public changes unsaid."""

import json
import shutil

import pytest

import switchhook
from switchhook import testing
from switchhook.contract.hookspecs import HOOKS

from ...workspace.public_api import ROOT, SNAPSHOT, changes, public_api, unnamed

TOLD = "## Unreleased\n\n- {}\n\n## 0.1.0\n\n- `Gone` and `play` are new.\n"


@pytest.fixture(scope="module")
def now():
    return public_api()


def test_what_is_public_is_what_was_written_down(now):
    changed = "\n".join(changes(json.loads(SNAPSHOT.read_text()), now))
    assert not changed, (
        f"what is public has changed:\n{changed}\nPlugins elsewhere use it: docs/reference/compatibility.md says how "
        "it may change. If it is meant, say so under Unreleased in CHANGELOG.md, naming it in backticks, and call "
        "make public-api"
    )


def test_all_that_is_public_is_in_it(now):
    names = {*switchhook.__all__, *(f"hook {name}" for name in HOOKS)}
    names |= {f"testing.{name}" for name in testing.__all__}
    assert names <= now.keys()


EDITS = [
    ("contract/hookspecs.py", "def call_started(call: CallInfo", "def call_started(caller: CallInfo"),
    ("contract/actions.py", "    cached: bool = True", "    cached: bool = False"),
    ("contract/leg.py", "def play(self, data: bytes, /)", "def play(self, data: bytes, at: float, /)"),
    ("contract/names.py", "def nearest(", "def nearer("),
    ("contract/settings.py", "    max_calls: int", "    most_calls: int"),
]


def test_a_change_is_seen_in_hooks_fields_signatures_names_and_settings(now, tmp_path):
    shutil.copytree(
        ROOT / "core/src/switchhook", tmp_path / "switchhook", ignore=shutil.ignore_patterns("*.pyc")
    )
    for file, before, after in EDITS:
        path = tmp_path / "switchhook" / file
        text = path.read_text()
        assert before in text, before
        path.write_text(text.replace(before, after))
    init = tmp_path / "switchhook/__init__.py"
    init.write_text(init.read_text().replace("import nearest as nearest", "import nearer as nearer"))
    seen = {line.split("(")[0].split(":")[0] for line in changes(now, public_api(tmp_path))}
    assert {
        "~ hook call_started",
        "~ Say.cached",
        "~ Leg.play",
        "- nearest",
        "+ nearer",
        "- settings ServerSettings.max_calls",
        "+ settings ServerSettings.most_calls",
    } <= seen


def test_what_is_private_may_change(now, tmp_path):
    shutil.copytree(
        ROOT / "core/src/switchhook", tmp_path / "switchhook", ignore=shutil.ignore_patterns("*.pyc")
    )
    path = tmp_path / "switchhook/contract/info.py"
    path.write_text(path.read_text().replace("_began", "_since"))
    assert not [line for line in changes(now, public_api(tmp_path)) if "__init__" not in line]


def test_a_change_is_told_with_what_it_was_and_what_it_is():
    before, after = {"a": "(x)", "b": "int", "c": "str"}, {"a": "(y)", "b": "int", "d": "str"}
    assert changes(before, after) == ["- c: str", "+ d: str", "~ a(x)\n  now(y)"]


@pytest.mark.parametrize(
    ("line", "told", "missing"),
    [
        ("- Gone: class()", "`Gone` is no more.", []),
        ("- Gone: class()", "Gone is no more.", ["Gone"]),  # prose, that may mean anything
        ("- Gone: class()", "`Goner` is no more.", ["Gone"]),
        ("~ Leg.play(data)\n  now(data, at)", "`Leg.play` takes a time.", []),
        ("~ Leg.play(data)\n  now(data, at)", "A `Leg` is told the time.", []),
        ("~ Leg.play(data)\n  now(data, at)", "Legs.", ["Leg.play"]),
        ("+ hook create_tap(call)", "The hook `create_tap`.", []),
        ("+ settings ServerSettings.drain: Seconds", "`[server] drain` is new.", []),
        ("+ testing.a_call(assistant)", "`switchhook.testing` is better.", ["testing.a_call"]),
    ],
)
def test_a_change_has_to_be_named_where_the_newest_are(line, told, missing):
    assert unnamed([line], TOLD.format(told)) == missing
