"""A person speaks through the Watson plugins, over the wire protocols of IBM's services: one call, looked at
from several sides."""

import base64
import secrets
from pathlib import Path

import anyio
import pytest

from switchhook import (
    App,
    AudioFormat,
    load_assistant,
    load_audio,
    load_recogniser,
    load_settings,
    load_voice,
)
from switchhook.serving.server import serving
from switchhook_genesys_tools.dial import CallerStep, Keys, Plan, Target, Utterance, call
from switchhook_testing_watson import emulate

CLIPS = Path(__file__).parents[2] / "data/speech/human"
LINE = AudioFormat()
SECRET = secrets.token_bytes(32)
BOT = """
[steps.welcome]
responses = ["Hello ${system_integrations.genesys_audio_connector.user_name}. Please ask."]
next = ["last_call"]

[steps.last_call]
phrases = ["information about your last call"]
responses = ["Please key in one digit."]
next = ["done"]

[steps.done]
digits = { length = 1, variable = "digit" }
set = '${system_integrations.genesys_audio_connector.topic} = "last call"'
responses = ["Thank you. Goodbye.", { response_type = "end_session" }]
"""
CONFIG = """
[server]
port = 0
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "key", client_secret = "{secret}" }}]
[connectors.bot]
address = {{ integration = "main", instance_id = "0c1d2e3f-0000-4000-8000-00000000e2e1" }}
assistant = {{ use = "watson", assistant_id = "{assistant}", environment_id = "{environment}", ca = "{ca}" }}
stt = {{ use = "watson", ca = "{ca}" }}
tts = {{ use = "watson", ca = "{ca}" }}
unmask = ["transcripts"]
[records]
directory = "records"
"""


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """The caller's result, and what the emulated services saw."""
    folder = tmp_path_factory.mktemp("watson")
    (folder / "bot.toml").write_text(BOT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return anyio.run(place, folder, patch)


async def place(folder, patch):
    script = load_assistant("script", {"file": str(folder / "bot.toml")})
    engines = {"stt": load_recogniser("moonshine", {"workers": 1}), "tts": load_voice("hibari")}
    async with emulate(assistant=script, **engines) as emulated:
        for name, value in emulated.environ.items():
            patch.setenv(name, value)
        given = {"assistant": emulated.assistant_id, "environment": emulated.environment_id}
        text = CONFIG.format(secret=base64.b64encode(SECRET).decode(), ca=emulated.ca, **given)
        (folder / "switchhook.toml").write_text(text)
        app = App(load_settings(folder / "switchhook.toml"), folder)
        async with serving(app) as url:
            address = f"{url}0c1d2e3f-0000-4000-8000-00000000e2e1/connect?version=2024-08-25"
            said = load_audio((CLIPS / "info_last_call.wav").read_bytes(), LINE)
            steps = (CallerStep(Utterance(said, "info_last_call.wav")), CallerStep(Keys("7")))
            result = await call(
                Plan(steps, {"user_name": "Kim"}, timeout=60.0), Target(address, "key", SECRET)
            )
        await anyio.sleep(0.1)
        return result, emulated, (emulated.overlapping, emulated.open_sessions)


def test_the_call_comes_to_its_end(placed):
    assert placed[0].ending == "completed", placed[0].detail


def test_the_flow_gets_what_the_assistant_set(placed):
    assert placed[0].variables == {"user_name": "Kim", "topic": "last call", "digit": "7"}


def test_every_answer_was_heard_soon(placed):
    assert [latency.turn for latency in placed[0].latencies if latency.seconds is None] == []


def test_no_session_is_left_and_no_two_messages_crossed(placed):
    assert placed[2] == (0, 0)


def test_no_token_went_into_an_address(placed):
    assert not [seen for seen in placed[1].log if "access_token" in seen.query]


@pytest.mark.parametrize("service", ["/recognize", "/synthesize", "/message", "/sessions"])
def test_each_service_was_asked(placed, service):
    assert [seen for seen in placed[1].log if service in seen.path]
