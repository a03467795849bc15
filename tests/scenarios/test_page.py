"""The examples of the page of scenario files, tried with the demo's bank."""

import re
from pathlib import Path

import pytest

from switchhook.__main__ import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_demos_bank_does_as_the_example_says(text, tmp_path, capsys):
    (tmp_path / "calls.toml").write_text(text)
    # a seed: of the callers whom chance makes, some interrupt until the bot gives up
    given = ["--config", str(ROOT / "demo/switchhook.toml"), "--output", str(tmp_path), "--seed", "1"]
    assert main(["try", str(tmp_path / "calls.toml"), *given]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", ["Step", "Common", "Scenario", "Condition", "Persona", "AskedFor", "File"])
def test_the_page_has_every_key(name):
    from switchhook_scenarios import form

    missing = {key for key in getattr(form, name).model_fields if not re.search(rf"\b{key}\b", PAGE)}
    assert missing == set()
