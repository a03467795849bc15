"""The scripts that others are shown: in the reference, and in the demo."""

import re
from pathlib import Path

import pytest

from switchhook import CallInfo, EndSessionResponse, OptionResponse, TextResponse, Turn
from switchhook_assistant_script.conversation import ScriptAssistant
from switchhook_assistant_script.format import Digits, Script, ScriptedAnswer, ScriptStep
from switchhook_assistant_script.loading import load, parse
from switchhook_assistant_script.matching import closest, normal

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference" / "script.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", REFERENCE, re.MULTILINE | re.DOTALL)
SAID = re.findall(r'^\| "(.*)" \| `(.*)` \| (not taken|taken) \|$', REFERENCE, re.MULTILINE)
KEYS = {
    field.alias or name
    for model in (Script, ScriptStep, ScriptedAnswer)
    for name, field in model.model_fields.items()
}


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def talk(script, turns, variables):
    """The responses to each turn, and the variables at the end."""
    replies = []
    async with ScriptAssistant(script).open(CallInfo("call-1", "bank")) as conversation:
        for number, (kind, text, given) in enumerate(turns, 1):
            turn = Turn(number, kind, text, given, variables=variables)
            async with conversation.send(turn) as reply:
                replies.append([response async for response in reply])
            assert reply.matched
            variables = reply.context.variables
    return replies, variables


def test_the_reference_has_its_examples():
    assert len(BLOCKS) == 3


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_reference_is_a_script(block):
    assert parse(block, "script.md").steps


def test_the_reference_shows_sayings():
    assert {taken for _, _, taken in SAID} == {"taken", "not taken"}


@pytest.mark.parametrize(("said", "phrase", "taken"), SAID)
def test_what_the_reference_says_of_a_saying_is_so(said, phrase, taken):
    found = closest(said, [("step", normal(phrase))], 70)
    assert (found == "step") == (taken == "taken")


@pytest.mark.parametrize("key", sorted(KEYS | set(Digits.model_fields)))
def test_every_key_is_in_the_reference(key):
    assert re.search(rf"`{key}[`.]|\b{key} = ", REFERENCE)


@pytest.mark.anyio
async def test_the_complete_example_leads_to_the_end():
    turns = [
        ("start", "", None),
        ("speech", "Information about my last call.", None),
        ("digits", "1", {"text": "balance"}),
        ("speech", "four two, for to", None),
        ("speech", "Goodbye!", None),
    ]

    replies, variables = await talk(parse(BLOCKS[-1], "script.md"), turns, {"user_name": "Ada"})

    assert replies[0][0].text == "Hello Ada."
    assert isinstance(replies[1][0], OptionResponse)
    assert [type(response) for response in replies[4]] == [TextResponse, EndSessionResponse]
    assert variables == {"user_name": "Ada", "some_variable": "this is an output variable"}


@pytest.mark.anyio
@pytest.mark.parametrize("pin", ["One, two, three, four.", "Four, two, four, two.", "1234"])
async def test_the_demo_leads_from_the_question_to_the_end(pin):
    turns = [
        ("start", "", None),
        ("speech", "Information about your last call.", None),
        ("speech", "one", {"text": "balance"}),
        ("speech", pin, None),
    ]

    replies, variables = await talk(load(ROOT / "demo" / "bank.toml"), turns, {"user_name": "Ada"})

    assert isinstance(replies[-1][-1], EndSessionResponse)
    assert variables == {
        "user_name": "Ada",
        "some_variable": "this is an output variable",
        "last_topic": "balance",
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    "said", ["agent", "Transpar", "Speak to an agent", "I would like to speak to an agent, please."]
)
async def test_the_demo_gives_callers_to_an_agent(said):
    turns = [("start", "", None), ("speech", said, None)]

    replies, variables = await talk(load(ROOT / "demo" / "bank.toml"), turns, {"user_name": "Ada"})

    assert isinstance(replies[-1][-1], EndSessionResponse)
    assert variables["transfer_to"] == "agent"


@pytest.mark.anyio
@pytest.mark.parametrize("said", ["No.", "Goodbye!", "Thank you"])
async def test_the_demo_lets_callers_go(said):
    turns = [("start", "", None), ("speech", "Ours.", None), ("speech", said, None)]

    replies, _ = await talk(load(ROOT / "demo" / "bank.toml"), turns, {"user_name": "Ada"})

    assert [type(response) for response in replies[-1]] == [TextResponse, EndSessionResponse]


@pytest.mark.anyio
async def test_every_option_of_the_demo_leads_somewhere():
    script = load(ROOT / "demo" / "bank.toml")
    (options,) = script.steps["last_call"].items

    for option in options["options"]:
        turns = [
            ("start", "", None),
            ("speech", "last call", None),
            ("digits", "1", option["value"]["input"]),
        ]
        assert (await talk(script, turns, {"user_name": "Ada"}))[0][-1]


def test_the_demo_never_says_the_pin():
    script = load(ROOT / "demo" / "bank.toml")

    assert "connector.pin}" not in str([step.items for step in script.steps.values()])
