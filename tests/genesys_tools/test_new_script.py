"""The bot that `switchhook connector new` makes, called in virtual time."""

from contextlib import asynccontextmanager

import pytest
from trio.testing import MockClock

from switchhook import Options, load_settings
from switchhook.call.dialogue.limits import Limits
from switchhook.testing import a_call
from switchhook_assistant_script.plugin import create_assistant
from switchhook_genesys_tools.connector import editing
from switchhook_responses import end_session, option, text

pytestmark = pytest.mark.anyio

GREETING = "Hello, this is the automatic assistant. How can I help you?"
LIST = "Please choose. 1. Opening hours. 2. Speak to an agent."
HOURS = "We are open from nine to five, Monday to Friday. Is there anything else?"
AGENT = "One moment, please."
GOODBYE = "Thank you for calling. Goodbye."
NOT_UNDERSTOOD = "I am sorry, I did not understand. Ask what I can do, or say goodbye."
SENTENCES = {
    LIST: "What can you do?/what can you do for me/what can I ask/so what can you do today/help me/"
    "what can you help me with/how can you help me/what are my options/tell me what you can do/menu",
    HOURS: "what are your opening hours/when do you open/when are you open/opening hours/our hours",
    AGENT: "agent/I want to speak to an agent/can I talk to a person/representative",
    GOODBYE: "goodbye/good bye/no/no thanks/no, thank you/that's all/bye",
    GREETING: "Hello./hi/good evening",
    NOT_UNDERSTOOD: "what is my balance/banana/yes",
}


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


@pytest.fixture
def calling(tmp_path):
    """Places a call to a connector that was just made."""
    editing.new(tmp_path / "switchhook.toml", "support", None)
    connector = load_settings(tmp_path / "switchhook.toml").connectors["support"]
    (assistant,) = connector.assistant

    @asynccontextmanager
    async def place():
        options = Options(assistant.table(), place="assistant", base=tmp_path)
        limits = Limits(no_input=connector.max_silences)
        async with a_call(
            create_assistant(options), plugins=[text, option, end_session], limits=limits
        ) as talk:
            await talk.wait(3)
            assert talk.heard() == [GREETING]
            yield talk

    return place


@pytest.mark.parametrize(
    ("answer", "said"), [(answer, said) for answer, texts in SENTENCES.items() for said in texts.split("/")]
)
async def test_what_people_say_is_understood_and_nothing_else(calling, answer, said):
    async with calling() as talk:
        talk.say(said)
        await talk.wait(3)
        assert talk.heard()[-1] == answer


@pytest.mark.parametrize(("key", "answer"), [("1", HOURS), ("2", AGENT)])
async def test_a_key_takes_an_entry_of_the_list(calling, key, answer):
    async with calling() as talk:
        talk.say("what can you do")
        await talk.wait(3)
        talk.leg.press(key)
        await talk.wait(3)
        assert talk.heard() == [GREETING, LIST, answer]


async def test_a_name_takes_an_entry_of_the_list(calling):
    async with calling() as talk:
        for said in ("what can you do", "opening hours", "goodbye"):
            talk.say(said)
            await talk.wait(3)
        assert talk.heard() == [GREETING, LIST, HOURS, GOODBYE]
        assert (await talk.over()).outcome == "completed"


async def test_a_call_that_nobody_attends_is_over_soon(calling):
    async with calling() as talk:
        record = await talk.over()
        assert [turn.kind for turn in record.turns] == ["start", "no_input", "no_input"]
        assert record.outcome == "no_input"
