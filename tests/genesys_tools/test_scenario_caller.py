"""Whom the simulated caller calls for a program that knows nothing of Genesys."""

import pytest

from switchhook import SettingsError, load_caller

URL = {"url": "wss://voice.example.com/bot/connect?version=2024-08-25", "api_key": "key"}


def test_an_address_needs_no_configuration():
    assert load_caller("genesys", URL)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "expected config and connector, or url and api_key"),
        ({**URL, "url": "https://voice.example.com"}, "expected wss://HOST"),
        ({**URL, "client_secret": "nowhere"}, "cannot read .*nowhere"),
        ({"conector": "x"}, "did you mean 'connector'?"),
    ],
)
def test_what_cannot_be_called_is_refused_before_a_call(options, said):
    with pytest.raises(SettingsError, match=said):
        load_caller("genesys", options)
