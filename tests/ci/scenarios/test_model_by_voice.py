"""A caller whom a model plays, over real sockets, with a voice and a recogniser: the model is an emulated service."""

import json
import subprocess
import sys

import anyio
import anyio.to_thread
import pytest

from switchhook_testing_openai import emulate

CONFIG = """
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{ api_key = "key", client_secret = { env = "SHOP_SECRET" } }]
[connectors.shop]
address = { integration = "main", instance_id = "7d7c2f3e-0000-4000-8000-000000000000" }
assistant = { use = "script", file = "shop.toml" }
stt = { use = "moonshine" }
tts = { use = "hibari" }
"""
SHOP = """
[fallback]
responses = ["I did not understand."]
[steps.greeting]
responses = ["Hello."]
[steps.hours]
phrases = ["what are your opening hours", "opening hours"]
responses = ["From nine to five. Press a key for more.", { response_type = "dtmf", command_info = { type = "collect", parameters = { count = 1 } } }]
next = ["person"]
[steps.person]
digits = { length = 1, variable = "key" }
responses = ["One moment."]
"""
SCENARIO = """
config = "switchhook.toml"
[model]
use = "openai"
model = "m"
base_url = "{url}"
api_key = "{key}"

[[scenario]]
name = "the hours"
judge = "Was the caller told when it is open?"
[scenario.caller]
persona = "somebody in a hurry"
goal = "when are you open"
until = "one moment"
"""


def somebody(asked):
    """The model, as caller and as judge."""
    heard = asked.last["content"].lower()
    if "You judge" in asked.said("system"):
        return "Yes. From nine to five." if "nine to five" in heard else "No."
    if "moment" in heard:
        return "[hang up]"
    return "[keys 1]" if "press" in heard else "What are your opening hours?"


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """The scenario by voice, and what the model was asked."""
    folder = tmp_path_factory.mktemp("try")
    (folder / "switchhook.toml").write_text(CONFIG)
    (folder / "shop.toml").write_text(SHOP)

    async def run():
        async with emulate(somebody) as service:
            (folder / "calls.toml").write_text(SCENARIO.format(url=service.url, key=service.api_key))
            line = [sys.executable, "-m", "switchhook", "try", "calls.toml", "--voice", "--json"]
            done = await anyio.run_process(
                line,
                cwd=folder,
                env={"SHOP_SECRET": "c2VjcmV0IG9mIHRoZSB0ZXN0", "PATH": "", "HOME": str(folder)},
                stderr=subprocess.STDOUT,
                check=False,
            )
            return done.stdout.decode(), list(service.asked)

    return anyio.run(run)


def test_a_model_as_caller_comes_to_its_goal_by_voice(called):
    printed, _ = called
    [scenario] = json.loads(printed[printed.index("{") :])["scenarios"]
    assert scenario["misses"] == [], "\n".join(scenario["talk"])
    talk = "\n".join(scenario["talk"])
    assert 'caller    says "What are your opening hours?"' in talk
    assert "presses 1" in talk


def test_the_model_is_told_what_the_bot_has_said_aloud(called):
    _, asked = called
    heard = [each.last["content"] for each in asked if "You judge" not in each.said("system")]
    assert any("nine to five" in each.lower() for each in heard)
