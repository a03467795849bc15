"""Whole conversations, as a product owner reads them, in virtual time.

A file `NAME.talk` is played against the script `NAME.toml` beside it. Lines are `bot:` what is said next, `caller:`
what is answered when the bot is done, `caller, interrupting:` likewise but before that, `keys:`, `silence:` in
seconds, `end:` the outcome and the output variables. `given:` names input variables. # begins a remark.
"""

import re
from pathlib import Path

import pytest
from trio.testing import MockClock

from switchhook import LegInfo, Options, Say, hookimpl
from switchhook.testing import MemoryLeg, a_call
from switchhook_assistant_script.plugin import create_assistant
from switchhook_codecs import wav
from switchhook_responses import (
    connect_to_agent,
    dtmf,
    end_session,
    option,
    others,
    speech_to_text,
    start_activities,
    stop_activities,
    text,
    text_to_speech,
    user_defined,
)

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parent
TALKS = sorted(HERE.glob("*.talk"))
HANDLERS = (
    *(wav, connect_to_agent, dtmf, end_session, option, others, speech_to_text, start_activities),
    *(stop_activities, text, text_to_speech, user_defined),
)
LINE = re.compile(r"([a-z, ]+):\s*(.*)")


@pytest.fixture
def anyio_backend():
    return "trio", {"clock": MockClock(autojump_threshold=0)}


class Listener:
    """Keeps what the bot was asked to say, in order."""

    def __init__(self):
        self.said = []

    @hookimpl
    def rewrite_action(self, action):
        if isinstance(action, Say):
            self.said.append(action.text)


def lines_of(file):
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            match = LINE.fullmatch(line.strip())
            assert match, f"{file.name}:{number}: not a line of a talk"
            yield f"{file.name}:{number}", *match.groups()


def pairs(text):
    return dict(each.split("=", 1) for each in re.findall(r'\S+="[^"]*"|\S+=\S*', text)) if text else {}


@pytest.mark.parametrize("file", TALKS, ids=lambda file: file.stem)
async def test_a_conversation_goes_as_it_is_written(file):
    lines = list(lines_of(file))
    given = next((pairs(rest) for _, who, rest in lines if who == "given"), {})
    script = create_assistant(Options({"file": f"{file.stem}.toml"}, place="assistant", base=HERE))
    listener, leg = Listener(), MemoryLeg(LegInfo("1", "bank", variables=given))
    async with a_call(script, leg=leg, plugins=[listener, *HANDLERS]) as talk:
        heard = 0
        for place, who, rest in lines:
            match who:
                case "bot":
                    await talk.wait(0.1)
                    assert listener.said[heard : heard + 1] == [rest], place
                    heard += 1
                case "caller" | "caller, interrupting":
                    await talk.wait(0.5)
                    while who == "caller" and talk.call._dialogue._prompts.queue:
                        await talk.wait(0.1)
                    flushes = len(leg.flushes)
                    talk.say(rest, final=False)
                    talk.say(rest)
                    await talk.wait(0.1)
                    assert (len(leg.flushes) > flushes) == ("interrupting" in who), place
                case "keys":
                    await talk.wait(0.2)
                    for key in rest.replace(" ", ""):
                        leg.press(key)
                        await talk.wait(0.1)
                case "silence":
                    await talk.wait(float(rest.split()[0]))
                case "end":
                    outcome, _, outputs = rest.partition(" ")
                    record = await talk.over()
                    expected = {name: value.strip('"') for name, value in pairs(outputs).items()}
                    assert (record.outcome, leg.outputs) == (outcome, {**given, **expected}), place
        assert listener.said[heard:] == [], f"{file.name}: the bot says more"


def test_there_are_conversations():
    assert len(TALKS) >= 4
