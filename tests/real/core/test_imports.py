"""What a fresh interpreter has imported after a statement: nothing that costs, until it is used."""

import json
import subprocess
import sys

import pytest

HEAVY = ("pydantic", "anyio", "stevedore", "asyncio")


def imported_by(statement):
    """The heavy modules that a fresh interpreter has after the statement."""
    code = f"import sys, json\n{statement}\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_importing_switchhook_imports_nothing_heavy():
    assert imported_by("import switchhook") == []


def test_marking_a_hook_imports_nothing_heavy():
    assert imported_by("from switchhook import hookimpl, Say") == []


def test_showing_the_commands_imports_nothing_heavy():
    quietly = "import io; out, sys.stdout = sys.stdout, io.StringIO()"
    shown = "from switchhook.__main__ import main; main([]); sys.stdout = out"
    assert imported_by(f"{quietly}\n{shown}") == []


@pytest.mark.parametrize("library", ["argcomplete", "langcodes"])
def test_the_help_of_the_commands_does_without(library):
    code = f"import sys, switchhook.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: pass\nprint({library!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_who_asks_for_no_fixture_of_ours_pays_for_none():
    program = (
        "import sys, switchhook.testing.fixtures; print(*[m for m in sys.modules if 'switchhook.' in m])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["switchhook.testing", "switchhook.testing.fixtures"]
