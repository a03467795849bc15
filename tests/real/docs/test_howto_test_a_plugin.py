"""The tests that the page shows pass, as a reader would run them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/how-to/test-a-plugin.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = os.pathsep.join(str(path) for path in ROOT.glob("docs/example_plugins/*/src"))


@pytest.mark.parametrize("text", BLOCKS, ids=[re.search(r"def (test_\w+)", text)[1] for text in BLOCKS])
def test_what_the_page_shows_passes(text, tmp_path):
    (tmp_path / "test_shown.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "-W", "error", "-p", "no:cacheprovider"]
    given = {**os.environ, "PYTHONPATH": EXAMPLES}
    done = subprocess.run(
        [*command, "test_shown.py"], cwd=tmp_path, env=given, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert f"{text.count('def test_')} passed" in done.stdout


def test_the_message_that_it_shows_has_the_words_of_the_check():
    from switchhook.testing.conformance.recognition import NEVER

    assert f"1. {NEVER.says}\n" in PAGE
    assert f"matters:  {NEVER.why}\n" in PAGE
