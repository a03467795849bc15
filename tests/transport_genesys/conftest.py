import pytest

from ..audiohook.conftest import caller, client

__all__ = ["caller", "client"]


@pytest.fixture
def anyio_backend():
    return "asyncio"
