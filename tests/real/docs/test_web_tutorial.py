"""The bot of the tutorial, run as the page says, asked by the plugin."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import anyio
import pytest

from switchhook import AssistantError, CallInfo, EndSessionResponse, Turn, load_assistant

pytestmark = pytest.mark.anyio
PAGE = (Path(__file__).parents[3] / "docs/web-tutorial.md").read_text()
(BOT,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "port=8000" in BOT
    file = tmp_path_factory.mktemp("bot") / "bot.py"
    file.write_text(BOT.replace("port=8000", f"port={port}"))
    environ = {**os.environ, "BOT_SECRET": SECRET}
    with subprocess.Popen([sys.executable, file], env=environ, stdout=subprocess.DEVNULL) as bot:
        try:
            yield _listening(f"http://127.0.0.1:{port}/turn", port)
        finally:
            bot.terminate()


def _listening(url, port):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return url
        time.sleep(0.05)
    pytest.fail("the bot of the page does not listen")


async def talk(url, secret, *texts):
    """What is answered to the start and to each text, and the variables at the end."""
    assistant: Any = load_assistant("http", {"url": url, "secret": secret, "private": True})
    answers, variables = [], {}
    try:
        with anyio.fail_after(20):
            async with assistant.open(CallInfo("c", "support")) as conversation:
                for number, text in enumerate(["", *texts], 1):
                    turn = Turn(number, "speech" if text else "start", text, variables=variables)
                    async with conversation.send(turn) as reply:
                        answers.append([each async for each in reply])
                    variables = reply.context.variables or variables
    finally:
        await assistant.aclose()
    return answers, variables


def test_the_bot_has_about_twenty_lines():
    assert len([line for line in BOT.splitlines() if line]) <= 24


async def test_a_call_is_answered_as_the_page_has_it(url):
    answers, variables = await talk(url, SECRET, "what are your opening hours", "goodbye")
    texts = [[getattr(each, "text", "") for each in answer] for answer in answers]
    assert texts == [
        ["Hello, what can I do for you?"],
        ["From nine to five."],
        ["Thank you for calling.", ""],
    ]
    assert isinstance(answers[-1][-1], EndSessionResponse)
    assert variables == {"topic": "hours"}


async def test_it_answers_nobody_who_does_not_know_the_secret(url):
    with pytest.raises(AssistantError, match="compare `secret`"):
        await talk(url, "whsec_" + "A" * 32)
