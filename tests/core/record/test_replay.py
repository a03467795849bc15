"""What was recorded of a call goes the same way again."""

import json

import pytest
from hypothesis import given

from switchhook import Offer, SettingsError
from switchhook.call.dialogue.barge_in import BargeIn
from switchhook.call.dialogue.events import Speaks
from switchhook.call.dialogue.limits import Limits
from switchhook.call.record.events_file import EventsFile
from switchhook.call.record.masking import Mask
from switchhook.call.record.replay import replay_lines
from switchhook.cli.replay import timeline
from switchhook.testing import MemoryAssistant, a_call, replay

from ..dialogue.test_dialogue import LIMITS, STEPS, played

pytestmark = pytest.mark.anyio
END = {"response_type": "end_session"}


def recorded(peer, mask, limits):
    lines = []
    events_file = EventsFile(lines.append, mask, limits.barge_in.ignore)
    events_file.begin("bank", limits, Speaks("", "sorry", "", "wait"))
    for (now, event, effects), hint in zip(peer.log, peer.hints, strict=True):
        events_file.note(now, event, effects, hint=hint)
    return lines


@pytest.mark.parametrize(
    "mask", [Mask(), Mask(["transcripts", "variables", "digits"])], ids=["hidden", "shown"]
)
@given(steps=STEPS, limits=LIMITS)
def test_any_call_goes_the_same_way_again(mask, steps, limits):
    # of a hidden key that was typed ahead nobody knows whether it begins a longer one of a list to come
    steps = [step for step in steps if not (isinstance(step[1], Offer) and len(step[1].choices) > 1)]
    peer = played(steps, limits)
    assert replay_lines(recorded(peer, mask, limits)).differences == []


async def a_recorded_call():
    """A call of three turns, interrupted once."""
    assistant = MemoryAssistant(
        lambda turn: {"": ["welcome to the bank"], "my balance": ["ten euros"]}.get(
            turn.text, ["goodbye", END]
        )
    )
    limits = Limits(barge_in=BargeIn(words=2, ignore=frozenset(["mhm"])))
    async with a_call(assistant, limits=limits) as talk:
        await talk.wait(0.5)
        talk.say("mhm", final=False)
        talk.say("mhm")
        talk.say("my", final=False)
        talk.say("my balance", final=False)
        talk.say("my balance")
        await talk.wait(5)
        talk.leg.press("5")
        await talk.over()
    return talk


async def test_a_whole_call_goes_the_same_way_again():
    talk = await a_recorded_call()
    again = replay_lines(talk.events)
    assert again.differences == []
    assert (again.connector, again.outcome) == ("test", "completed")
    assert [(turn.kind, turn.barged_in) for turn in again.turns] == [
        (turn.kind, turn.barged_in) for turn in talk.turns
    ]


async def test_a_timeline_shows_who_spoke_when():
    talk = await a_recorded_call()
    lines = list(timeline(replay_lines(talk.events)))
    assert [line.split(maxsplit=1)[1] for line in lines[:-1]] == [
        "turn      1 start",
        "bot       •••",
        "caller    mhm",
        "bot       is interrupted",
        "caller    ••• •••",
        "turn      2 speech: ••• •••",
        "bot       •••",
        "caller    presses •",
        "turn      3 digits: •",
        "bot       •••",
        "end       completed",
        "line      ended",
    ]
    assert lines[-1] == "3 turns, completed; the same effects as recorded"


async def test_another_policy_goes_another_way_and_is_said_to():
    talk = await a_recorded_call()
    head = json.loads(talk.events[0])
    head["limits"]["barge_in"]["words"] = 3
    again = replay_lines([json.dumps(head), *talk.events[1:]])
    assert len(again.differences) == 2
    assert any("DIFFERS   after Transcript" in line for line in timeline(again))


@pytest.fixture
async def file(tmp_path):
    path = tmp_path / "events-1.jsonl"
    path.write_text("\n".join((await a_recorded_call()).events))
    return path


async def test_a_recording_is_a_test_of_three_lines(file):
    again = replay(file)
    assert again.differences == []
    assert [turn.kind for turn in again.turns] == ["start", "speech", "digits"]


async def test_the_command_says_whether_it_is_the_same(file, capsys):
    from switchhook.__main__ import main

    assert main(["replay", str(file)]) == 0
    assert "3 turns, completed" in capsys.readouterr().out
    file.write_text(file.read_text().replace('"words":2', '"words":3'))
    assert main(["replay", str(file)]) == 1
    assert "2 differences" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "[]",
        '{"type":"Call","schema":2}',
        '{"type":"Call","schema":1}',
        '{"type":"Call","schema":1,"connector":"a","limits":{"pending":"x"},"failure_text":"","closing_text":""}',
    ],
)
def test_a_file_that_is_no_recording_is_said_to_be_none(text, tmp_path):
    (tmp_path / "file").write_text(text)
    with pytest.raises(SettingsError):
        replay(tmp_path / "file")


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(SettingsError, match=r"^cannot read .*/file: No such file or directory$"):
        replay(tmp_path / "file")
