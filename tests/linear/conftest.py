import sys

import pytest


@pytest.fixture(autouse=True)
def deep():
    """The matcher of the oracle calls itself for each character of some patterns."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)
