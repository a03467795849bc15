from types import SimpleNamespace

import pytest

from switchhook import Options, ServerSettings
from switchhook_transport_genesys import plugin

KEY = {"api_key": "k", "client_secret": "QUJD"}
GOOD = {"integration": "main", "instance_id": "7"}

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def check(tmp_path, address=GOOD, key=KEY, **server):
    table = {"integrations": {"main": {"keys": [key]}}}
    options = Options(table, place="transport", base=tmp_path)
    transport = plugin.create_transport(options, ServerSettings(**server))
    settings = SimpleNamespace(connectors={"bank": SimpleNamespace(address=address)})
    app = SimpleNamespace(settings=settings, transport=lambda: transport)
    return [(found.level, found.subject) async for found in plugin.check(app)]


async def test_a_good_configuration_is_good(tmp_path):
    assert await check(tmp_path) == [("ok", "transport")]


async def test_an_address_without_its_integration_is_an_error(tmp_path):
    assert await check(tmp_path, GOOD | {"integration": "other"}) == [("error", "transport")]


async def test_a_missing_certificate_is_an_error(tmp_path):
    files = {"certificate": tmp_path / "none", "key": tmp_path / "none"}
    assert await check(tmp_path, tls=files) == [("error", "transport")]


async def test_a_key_without_a_signature_is_a_warning(tmp_path):
    found = await check(tmp_path, key={"api_key": "k", "unsigned": True})
    assert found == [("ok", "transport"), ("warning", "transport.integrations.main")]
