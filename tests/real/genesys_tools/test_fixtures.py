"""A caller over a real socket, for the tests of whoever writes a plugin."""

import base64
import secrets

import pytest

CONFIG = """
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{ api_key = "a-key", client_secret = { file = "secret" } }]
[connectors.bank]
address = { integration = "main", instance_id = "7" }
assistant = { use = "script", file = "bot.toml" }
stt = { use = "moonshine", workers = 1 }
tts = { use = "hibari" }
"""
SCRIPT = """
[steps.hello]
phrases = ["hello"]
responses = ["Goodbye.", { response_type = "end_session" }]
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "secret").write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    (tmp_path / "bot.toml").write_text(SCRIPT)
    (tmp_path / "switchhook.toml").write_text(CONFIG)
    return tmp_path / "switchhook.toml"


def test_a_caller_hears_the_bot_to_its_end(switchhook_dial, config):
    result = switchhook_dial(config, "bank")
    assert result.ok, result.detail
    assert result.ending == "completed"
    assert result.bot


def test_a_server_that_does_not_start_says_why(switchhook_dial, config):
    config.with_name("bot.toml").write_text("[steps")
    with pytest.raises(AssertionError, match=r"(?s)does not start: .*bot\.toml"):
        switchhook_dial(config, "bank")
