from pathlib import Path

import pytest

from switchhook import Options, SettingsError
from switchhook_audiohook.settings import GenesysSettings, read_addresses

SECRET = "TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU="


def parse(*keys, **integrations):
    table = {"integrations": {"main": {"keys": list(keys)}} if keys else integrations}
    return Options(table, place="transport", base=Path()).parse(GenesysSettings)


def test_a_key_and_its_secret_are_decoded():
    assert parse({"api_key": "k", "client_secret": SECRET}).secrets() == {
        "k": b"MySuperSecretKeyTellNo-1!2@3#4$5"
    }


def test_an_unsigned_key_has_no_secret():
    assert parse({"api_key": "k", "unsigned": True}).secrets() == {"k": None}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"api_key": "k"}, "client_secret is missing; expected the one that was entered in Genesys$"),
        (
            {"api_key": "k", "client_secret": ""},
            "client_secret is empty; expected the one that was entered in Genesys$",
        ),
        ({"api_key": "k", "client_secret": "not base64!"}, "not base64"),
        ({"api_key": "k", "client_secret": SECRET, "unsigned": True}, "exclude each other"),
        ({"api_key": "with space", "unsigned": True}, "api_key: expected letters"),
        ({"api_key": "k", "secret": SECRET}, "unknown key"),
    ],
)
def test_a_wrong_key_is_refused_without_repeating_it(key, message):
    with pytest.raises(SettingsError, match=message) as caught:
        parse(key)
    assert "not base64!" not in str(caught.value)
    assert "with space" not in str(caught.value)


def test_an_integration_needs_a_key():
    with pytest.raises(SettingsError, match=r"transport\.integrations\.main\.keys"):
        parse(main={"keys": []})


def test_names_are_lower_case():
    with pytest.raises(SettingsError, match="'Main'"):
        parse(Main={"keys": [{"api_key": "k", "unsigned": True}]})


def test_two_integrations_cannot_share_a_key():
    key = {"keys": [{"api_key": "k", "unsigned": True}]}
    with pytest.raises(SettingsError, match="'a' and 'b' share an API key"):
        parse(a=key, b=key)


def test_an_address_names_an_integration_that_exists():
    settings = parse({"api_key": "k", "unsigned": True})
    with pytest.raises(
        SettingsError, match=r"connectors\.bank\.address\.integration: .* did you mean 'main'"
    ):
        read_addresses({"bank": {"integration": "mian", "instance_id": "1"}}, settings)


def test_two_connectors_cannot_have_one_address():
    settings = parse({"api_key": "k", "unsigned": True})
    address = {"integration": "main", "instance_id": "1"}
    with pytest.raises(SettingsError, match="the same as that of connector 'a'"):
        read_addresses({"a": address, "b": address}, settings)


@pytest.mark.parametrize("instance_id", ["", "a/b", "a b", "ü", "x" * 129])
def test_an_instance_id_fits_into_a_path(instance_id):
    settings = parse({"api_key": "k", "unsigned": True})
    with pytest.raises(SettingsError, match="instance_id"):
        read_addresses({"a": {"integration": "main", "instance_id": instance_id}}, settings)
