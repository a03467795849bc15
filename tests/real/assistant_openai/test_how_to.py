"""What the page about models of one's own shows, works as it stands."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from switchhook_chat import functions

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[3] / "docs/how-to/bring-your-own-model.md").read_text()


def examples(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def run(text):
    module = ModuleType("example")
    exec(compile(text, "example", "exec"), module.__dict__)
    return module


async def test_the_function_and_the_model_of_the_page_talk_with_each_other(model, monkeypatch):
    orders, tests = map(run, examples("python"))
    monkeypatch.setattr(functions, "_found", lambda name: getattr(orders, name))
    async with model(tests.model, tools={"functions": ["order_status"]}) as line, line.call():
        said = await line.say("where is my order", variables={"customer": "Ann"})
        assert said[0] == "Let me see."
        assert '"customer": "Ann"' in said[1]


async def test_the_test_of_the_page_runs(assistant):
    _, tests = map(run, examples("python"))

    async def create(url, key):
        return url, key

    (url, key), asked = await tests.answers(create)
    assert (url.startswith("http://127.0.0.1:"), key, asked) == (True, "emulated-key", [])


async def test_the_instructions_of_the_page_hold_no_value(model):
    (instructions,) = examples("text")
    async with model(instructions=instructions) as line, line.call():
        await line.say("hi", variables={"customer_name": "Ann", "tier": "gold", "pin": "4711"})
        (asked,) = line.asked
        assert "The caller is data.customer_name, a data.tier customer." in asked.said("system")
        assert '"customer_name": "Ann", "tier": "gold"' in asked.said("user")
        assert "4711" not in str(asked.body)
