import pytest

from switchhook_audiohook.settings import Address
from switchhook_transport_genesys.routing import Destination, NotServedError, Place, Routes

BANK = Address(integration="main", instance_id="7", api_version="2020-01-01")
ADDRESSES = {("main", "7"): ("bank", BANK)}


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/", Place()),
        ("", Place()),
        ("//", Place()),
        ("/?x=1", Place()),
        ("/7/connect", Place("7")),
        ("/7/connect?version=2024-08-25", Place("7", "2024-08-25")),
        ("/%37/%63onnect", Place("7")),
        ("//7//connect/?version=2024-08-25&x=1", Place("7", "2024-08-25")),
    ],
)
def test_base_and_connector_id_are_found_however_they_are_joined(target, place):
    assert Routes(None, ADDRESSES).locate(target) == place


@pytest.mark.parametrize(
    "target",
    [
        "/7",
        "/7/connect/more",
        "/a/7/connect",
        "/7%2Fconnect",
        "/7/connect%3Fversion=2024-08-25",
        "/../7/connect",
        "x",
    ],
)
def test_other_paths_are_not_ours(target):
    assert Routes(None, ADDRESSES).locate(target) is None


@pytest.mark.parametrize("query", ["version=1", "version=2024-08-25&version=2024-08-25", "&".join("a" * 99)])
def test_a_version_that_is_no_date_is_a_fault_told_after_open(query):
    routes = Routes(None, ADDRESSES)
    place = routes.locate(f"/7/connect?{query}")
    with pytest.raises(NotServedError, match="YYYY-MM-DD"):
        routes.find("main", place)


def test_the_path_of_the_public_url_comes_first():
    routes = Routes("wss://voice.example.com/genesys/", ADDRESSES)
    assert routes.locate("/genesys/7/connect") == Place("7")
    assert routes.locate("/genesys") == Place()
    assert routes.locate("/7/connect") is None
    assert routes.locate("/genesysx/7/connect") is None


def test_a_connector_is_found_among_those_of_the_integration():
    routes = Routes(None, ADDRESSES)
    assert routes.find("main", Place("7", "2024-08-25")) == Destination("bank", "2024-08-25")
    assert routes.find("main", Place("7")) == Destination("bank", "2020-01-01")


@pytest.mark.parametrize(
    ("integration", "place", "why"),
    [("other", Place("7"), "unknown connector"), ("main", Place(), "Connector ID is missing")],
)
def test_what_is_no_connector_of_the_integration_is_not_served(integration, place, why):
    with pytest.raises(NotServedError, match=why):
        Routes(None, ADDRESSES).find(integration, place)
