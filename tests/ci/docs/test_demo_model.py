"""The call of `make demo-model`, with a stand-in for the model: what is printed, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from switchhook_testing_openai import Answer, Called, emulate

ROOT = Path(__file__).parents[3]
LONGEST = 240  # seconds, on a busy machine


def model(asked):
    if "advocate" in asked.last["content"] or "customer" in asked.last["content"]:
        handed = {"queue": "service", "summary": "Kim wants a person.", "intent": "a person"}
        return Answer("I connect you to a person.", [Called("hand_over", handed)])
    return "Your payment of forty dollars was made yesterday. Is there anything else?"


def run(environ):
    command = [sys.executable, ROOT / "demo/run.py", "--model"]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=LONGEST)


@pytest.fixture(scope="module")
def demo():
    async def placed():
        async with emulate(model) as emulated:
            told = {"MODEL_URL": emulated.url, "MODEL": "m", "MODEL_KEY": emulated.api_key}
            done = await to_thread.run_sync(run, {**os.environ, **told})
            return done, emulated.asked

    done, asked = anyio.run(placed)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, asked


@pytest.mark.parametrize(
    "words",
    [
        "“Hello Kim, and welcome to Lighthouse Bank.",
        "interrupted the bot",
        "heard “Information about your last call.”",
        "“Your payment of forty dollars was made yesterday.”",
        "“I connect you to a person.”",
        "call ended: completed",
        "wxa_agent_message = Kim wants a person.",
        "wxa_transfer_target = service",
    ],
)
def test_the_demo_shows_a_talk_with_a_model(demo, words):
    assert words in demo[0]


def test_the_model_is_told_what_the_caller_has_heard_of_the_greeting(demo):
    _, asked = demo
    assert "…" in asked[0].said("assistant")
    assert "How can I help you today" not in asked[0].said("assistant")
