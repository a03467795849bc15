import pytest

from .raw_client import RawClient


@pytest.fixture
def client():
    return RawClient()


@pytest.fixture
def caller(client):
    """A client whose session is open."""
    client.open()
    return client
