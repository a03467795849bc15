"""`switchhook dial --hear`: what was heard of the caller, by whom."""

import json
from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook import AudioFormat, Transcript
from switchhook_genesys_tools.dial import CallerStep, Event, Keys, Plan, Target, Utterance, hearing
from switchhook_genesys_tools.dial.plan import CallResult
from switchhook_genesys_tools.dial.recorder import MessageLog

PLAN = Plan(
    steps=(
        CallerStep(Utterance(b"\xff" * 1600, "hello")),
        CallerStep(Keys("1")),
        CallerStep(Utterance(b"", "bye")),
    )
)
LINE = AudioFormat("PCMU", 8000)


class Ear:
    """Understands how much it was given."""

    def __init__(self, audio):
        self.audio, self.heard, self.over = audio, 0, False

    def feed(self, audio):
        self.heard += len(audio)

    def finish(self):
        self.over = True

    async def __aiter__(self):
        while not self.over:
            await anyio.sleep(0.1)
        yield Transcript("half a", False, 0, 0.1, None, {})
        yield Transcript(f"{self.audio.encoding} {self.heard}", True, 0, 0.1, None, {})


class Recogniser:
    def __init__(self, formats):
        self.formats = formats

    @asynccontextmanager
    async def open(self, audio, language, parameters, /):
        yield Ear(audio)


@pytest.fixture
def anyio_backend():
    from trio.testing import MockClock

    return "trio", {"clock": MockClock(autojump_threshold=0)}


@pytest.fixture(autouse=True)
def recogniser(monkeypatch):
    made = Recogniser((LINE,))
    monkeypatch.setattr(hearing, "choose_recogniser", lambda: "ear")
    monkeypatch.setattr(hearing, "load_recogniser", lambda name: made)
    return made


async def reported(target=None, begun=2):
    result = CallResult("id-1", MessageLog())
    result.events += [Event(0.0, "caller_started")] * begun
    return [text async for text in hearing.report(PLAN, result, target or Target("ws://x/", "key"))]


def recorded(folder, *turns, conversation="id-1"):
    line = {"conversation_id": conversation, "turns": [{"kind": kind, "text": text} for kind, text in turns]}
    (folder / "calls-2026-01-01.jsonl").write_text(json.dumps(line) + "\n")
    return Target("ws://x/", "key", connector="support", records=folder, unmasked=True)


@pytest.mark.anyio
async def test_each_utterance_is_heard_by_a_recogniser_that_is_named():
    first, *lines = await reported()
    assert first == "what ear on this machine makes of what was sent (the bot has ears of its own)"
    assert lines == ['  "hello": PCMU 17600', '  "bye": PCMU 16000']


@pytest.mark.anyio
async def test_a_recogniser_of_another_format_gets_linear_samples(recogniser):
    recogniser.formats = ()
    assert (await reported())[1] == '  "hello": PCM 35200'


@pytest.mark.anyio
async def test_what_was_not_said_any_more_is_not_heard():
    assert len(await reported(begun=1)) == 2


@pytest.mark.anyio
async def test_what_the_bot_heard_comes_from_its_record(tmp_path):
    target = recorded(tmp_path, ("start", ""), ("speech", "hollow"), ("digits", "1"))
    assert (await reported(target))[-2:] == ["what the bot heard, by its record", '  "hollow"']


@pytest.mark.anyio
async def test_a_record_that_hides_it_says_how_it_is_shown(tmp_path):
    target = Target("ws://x/", "key", connector="support", records=tmp_path)
    assert 'unmask = ["transcripts"] in [connectors.support]' in (await reported(target))[-1]


@pytest.mark.anyio
async def test_a_record_that_is_not_written_is_said_after_a_while(tmp_path):
    target = recorded(tmp_path, conversation="another")
    assert (await reported(target))[-1] == f"  nothing is written in {tmp_path}"
