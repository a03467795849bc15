"""Whom the simulated caller calls for a program that knows nothing of Genesys."""

import threading

import anyio
import anyio.to_thread
import pytest

import switchhook
from switchhook import CallerAct, CallerPlan, PluginError, SettingsError, load_caller

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


def test_a_voice_that_takes_long_to_load_keeps_no_other_call_waiting(monkeypatch):
    """Else a server that answers at once is taken for one that does not."""
    going_on = threading.Event()

    def load(*, language):
        assert going_on.wait(5), "the loop stood still"
        raise PluginError("tts", f"none speaks {language}")

    async def two_calls():
        async with anyio.create_task_group() as group:
            group.start_soon(load_caller("genesys", URL).place, CallerPlan((CallerAct(say="hello"),)))
            group.start_soon(anyio.to_thread.run_sync, going_on.set)

    monkeypatch.setattr(switchhook, "load_voice", load)
    with pytest.raises(ExceptionGroup) as raised:
        anyio.run(two_calls)
    assert "none speaks en-US" in str(raised.value.exceptions[0])
