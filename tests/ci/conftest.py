"""What builds or installs, or needs programs that are no part of a developer's set-up."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..real.conftest import anyio_backend

__all__ = ["anyio_backend"]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site():
    """The documentation site, where the distribution that serves it has it."""
    done = subprocess.run(["make", "--no-print-directory", "site"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ROOT / "plugins/docs/src/switchhook_docs/site"


@pytest.fixture(scope="session")
def wheels(site, tmp_path_factory):
    """A folder with one of each distribution."""
    out = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, ROOT / "release/build.py", out]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out
