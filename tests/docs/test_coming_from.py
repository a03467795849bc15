"""The pages for those who come from elsewhere: the example runs, and what is promised of IBM's responses is there."""

import re
from contextlib import aclosing
from pathlib import Path
from types import ModuleType

import pytest

from switchhook import Options, Turn
from switchhook.contract.hookspecs import HOOKS
from switchhook.testing.conformance import check_assistant

HOW_TO = Path(__file__).parents[2] / "docs/how-to"
PIPECAT = (HOW_TO / "from-pipecat.md").read_text(encoding="utf-8")
IBM = (HOW_TO / "from-ibm.md").read_text(encoding="utf-8")


@pytest.fixture
def assistant(tmp_path):
    (text,) = re.findall(r"^```python\n(.*?)^```", PIPECAT, re.MULTILINE | re.DOTALL)
    module = ModuleType("example")
    exec(compile(text, "example", "exec"), module.__dict__)
    return module.create_assistant(Options({}, place="assistant", base=tmp_path))


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_the_assistant_around_a_model_keeps_the_contract(assistant):
    replies = await check_assistant(lambda: assistant, ["good morning"])
    assert [[response.text for response in reply] for reply in replies][-1] == [
        "You said 'good morning'.",
        "What else?",
    ]


def section(page, heading):
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_response_type_that_has_a_hook_is_compared_with_ibms():
    types = {hook.removeprefix("handle_") for hook in HOOKS if hook.startswith("handle_")} - {"unknown"}
    named = set(re.findall(r"`(\w+)`", section(IBM, "Response types")))
    assert types <= named


@pytest.mark.anyio
@pytest.mark.parametrize("whole", [True, False])
async def test_an_interrupted_reply_stays_in_the_history_as_it_was_heard(assistant, whole):
    async with assistant.open(None) as conversation:
        first = conversation.send(Turn(1, "speech", "hi"))
        async with first as reply, aclosing(aiter(reply)) as responses:
            assert (await anext(responses)).text == "You said 'hi'."
            if whole:
                assert [response.text async for response in responses] == ["What else?"]
        async with conversation.send(Turn(2, "speech", "stop", barged_in=True, heard="You")):
            assert [(each["role"], each["content"]) for each in conversation.history] == [
                ("user", "hi"),
                ("assistant", "You"),
                ("user", "stop"),
            ]
