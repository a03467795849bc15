import pytest

from switchhook_transport_genesys import door

from ..audiohook.conftest import caller, client
from .live import Lobby

__all__ = ["caller", "client"]


@pytest.fixture
def anyio_backend():
    """Where a file says no other; the transport's sockets are asyncio's."""
    return "asyncio"


@pytest.fixture
def refuse_quickly(monkeypatch):
    monkeypatch.setattr(door, "REFUSAL_TIME", 0.01)


@pytest.fixture
async def lobby(anyio_backend, refuse_quickly):
    lobby = Lobby()
    yield lobby
    lobby.close()
