"""A caller whom a model plays, over real sockets, with a voice and a recogniser: the model is an emulated service."""

import json
import subprocess
import sys

import anyio
import anyio.to_thread
import pytest

from switchhook_testing_openai import emulate

from ...scenarios.shop import ENGINES, modelled, old_man, script

CONFIG = f"""
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "key", client_secret = {{ env = "SHOP_SECRET" }} }}]
[connectors.shop]
address = {{ integration = "main", instance_id = "7d7c2f3e-0000-4000-8000-000000000000" }}
{ENGINES}"""


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """The scenario by voice, and what the model was asked."""
    folder = tmp_path_factory.mktemp("try")
    (folder / "switchhook.toml").write_text(CONFIG)
    (folder / "shop.toml").write_text(script())

    async def run():
        async with emulate(old_man) as service:
            (folder / "calls.toml").write_text(modelled(service))
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
    assert 'caller    says "Where is my parcel?"' in talk
    assert "presses 123" in talk


def test_the_model_is_told_what_the_bot_has_said_aloud(called):
    _, asked = called
    heard = [each.last["content"] for each in asked if "You judge" not in each.said("system")]
    assert any("its number" in each.lower() for each in heard)
