"""Files that hold a secret, and that others can read."""

import pytest

from switchhook.contract.settings import Settings
from switchhook.serving.config.secret_files import open_to_others


def settings(**tables):
    return Settings.model_validate(tables)


def connector(**engine):
    return {"assistant": {"use": "a"}, "stt": {"use": "b"}, "tts": {"use": "c", **engine}}


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text("hush", "utf-8")
    path.chmod(0o644)
    return path


FOUND = {"file": "secret"}
PLACES = {
    "a key of an integration": {
        "transport": {"integrations": {"main": {"keys": [{"api_key": "k", "client_secret": FOUND}]}}}
    },
    "an engine": {"connectors": {"bank": connector(api_key=FOUND)}},
    "an engine of one more language": {
        "connectors": {"bank": {**connector(), "languages": {"es": {"tts": {"use": "c", "api_key": FOUND}}}}}
    },
    "an address": {"connectors": {"bank": {**connector(), "address": {"token": FOUND}}}},
    "a record sink": {"records": {"spool": "spool", "sinks": [{"use": "webhook", "secret": FOUND}]}},
    "a state": {"state": {"use": "redis", "url": FOUND}},
    "a plugin": {"plugins": {"acme": {"password": FOUND}}},
    "the key of TLS": {"server": {"tls": {"certificate": "public", "key": "secret"}}},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_that_others_can_read_is_found(tmp_path, secret, place):
    assert [*open_to_others(settings(**PLACES[place]), tmp_path)] == [(secret, 0o644)]


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640])
def test_what_only_its_owner_or_group_can_read_is_none(tmp_path, secret, mode):
    secret.chmod(mode)
    assert [*open_to_others(settings(plugins={"acme": {"password": FOUND}}), tmp_path)] == []


def test_a_file_that_holds_no_secret_may_be_read_by_all(tmp_path, secret):
    given = settings(connectors={"bank": {**connector(), "assistant": {"use": "script", "file": "secret"}}})
    assert [*open_to_others(given, tmp_path)] == []


def test_what_a_model_is_told_may_be_read_by_all(tmp_path, secret):
    assistant = {"use": "model", "instructions": FOUND}
    given = settings(connectors={"bank": {**connector(), "assistant": assistant}})
    assert [*open_to_others(given, tmp_path)] == []


def test_a_file_that_is_named_twice_is_found_once(tmp_path, secret):
    given = settings(plugins={"acme": {"a": FOUND, "b": FOUND}})
    assert len([*open_to_others(given, tmp_path)]) == 1


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    assert [*open_to_others(settings(plugins={"acme": {"a": FOUND}}), tmp_path)] == []
