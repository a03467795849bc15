import pytest

from switchhook_transport_genesys import door

from .live import Lobby


@pytest.fixture
def refuse_quickly(monkeypatch):
    monkeypatch.setattr(door, "REFUSAL_TIME", 0.01)


@pytest.fixture
async def lobby(anyio_backend, refuse_quickly):
    lobby = Lobby()
    yield lobby
    lobby.close()
