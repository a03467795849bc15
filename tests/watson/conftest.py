import pytest

from switchhook import Options
from switchhook_watson import WatsonOptions


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def clean(clean_environment):
    pass


@pytest.fixture
def options():
    """What a connector's table gives."""
    return lambda **table: Options(table, place="connectors.support.assistant", base=None).parse(
        WatsonOptions
    )
