"""When a recording would have interrupted."""

from contextlib import asynccontextmanager

import pytest

from switchhook import AudioFormat
from switchhook.__main__ import main
from switchhook.call.dialogue.barge_in import BargeIn
from switchhook.cli.tune import table
from switchhook.contract.speech import SpeechStarted, Transcript
from switchhook.tools.tune import Interruption, Moment, interruptions, listen, usual

LINE = AudioFormat()
SAID = [
    Moment(0.3, SpeechStarted(0.2)),
    Moment(0.6, Transcript("my", False, 0.2, 0.5)),
    Moment(0.9, Transcript("my balance", False, 0.2, 0.8)),
    Moment(1.8, Transcript("my balance", True, 0.2, 0.9, confidence=0.4)),
    Moment(4.0, SpeechStarted(3.9)),
    Moment(4.8, Transcript("", True, 3.9, 4.5)),
]


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ({}, [Interruption(0.6, "my", True)]),
        ({"words": 2}, [Interruption(0.9, "my balance", True)]),
        ({"words": 3}, [Interruption(1.8, "my balance", True)]),
        ({"seconds": 0.5}, [Interruption(0.9, "my balance", True)]),
        ({"voice": True}, [Interruption(0.3, "", True), Interruption(4.0, "", False)]),
        ({"confidence": 0.5}, [Interruption(0.6, "my", False)]),
        ({"ignore": frozenset(["my balance", "my"])}, []),
    ],
)
def test_a_policy_interrupts_once_in_each_utterance(policy, found):
    assert interruptions(SAID, BargeIn(**policy)) == found


def test_the_table_shows_what_was_heard_and_each_policy():
    lines = table(SAID, usual(BargeIn(confidence=0.5)))
    assert lines[:2] == ["heard: my balance", "as configured          0.60 s 'my' (taken back)"]
    assert [line.split("  ")[0] for line in lines[2:]] == ["voice", "1 word", "2 words", "0.5 s of words"]


class Listening:
    """Says a word when half a second has come, and ends."""

    formats = ()

    def __init__(self):
        self.fed = b""

    @asynccontextmanager
    async def open(self, audio, language, parameters, /):
        assert audio == LINE.linear
        yield self

    def feed(self, audio, /):
        self.fed += audio

    def finish(self):
        pass

    async def __aiter__(self):
        import anyio

        while len(self.fed) < LINE.linear.size(0.5):
            await anyio.sleep(0.01)
        yield Transcript("stop", False)


@pytest.mark.anyio
async def test_a_recording_is_heard_in_real_time_with_silence_behind():
    engine = Listening()
    [moment] = await listen(engine, b"\1\0" * 8000, LINE, "en-US")
    assert 0.6 <= moment.at < 0.65
    assert len(engine.fed) == LINE.linear.size(3.0)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no.wav"], "cannot read no.wav"),
        (["no.wav", "--policy", "words"], "expected a table such as { words = 2 }"),
        (["no.wav", "--policy", "{ wrods = 2 }"], "words"),
        (["no.wav", "--policy", "7"], "--policy"),
        (["no.wav", "--config", "x"], "expected --connector NAME with --config FILE"),
    ],
)
def test_what_is_wrong_with_a_command_line_is_said(arguments, why, capsys):
    assert main(["tune", *arguments]) == 2
    assert why in capsys.readouterr().err
