import pytest
import trio.testing


@pytest.fixture
def anyio_backend():
    """Virtual time: the clock jumps to the next deadline when everybody waits."""
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})
