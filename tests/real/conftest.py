"""Here time is real: what opens sockets, starts processes, runs a speech engine or takes half a minute."""

import pytest


@pytest.fixture
def anyio_backend():
    """Where a file says no other; our sockets are asyncio's."""
    return "asyncio"
