"""The call engine in virtual time, with a leg and engines in memory."""

import pytest

from switchhook.testing import MemoryAssistant, a_call

pytestmark = pytest.mark.anyio


def answers(**by_text):
    """An assistant that answers the greeting turn with `hello` and each text as named, spaces as _."""
    return MemoryAssistant(lambda turn: by_text.get(turn.text.replace(" ", "_") or "start", ["pardon"]))


END = {"response_type": "end_session"}


async def test_the_greeting_is_spoken_first():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(3)
        assert talk.heard() == ["welcome"]


async def test_a_final_transcript_is_answered():
    async with a_call(answers(start=["welcome"], my_balance=["ten euros"])) as talk:
        await talk.wait(5)
        talk.say("my balance")
        await talk.wait(5)
        assert talk.heard() == ["welcome", "ten euros"]


async def test_an_interim_transcript_stops_the_prompt_within_one_frame():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.say("my", final=False)
        await talk.wait(5)
        assert len(talk.leg.flushes) == 1
        assert len(talk.leg.ear) <= 8000


async def test_end_session_waits_until_the_goodbye_was_heard():
    async with a_call(answers(start=["goodbye", END])) as talk:
        record = await talk.over()
        assert len(talk.leg.ear) == 16000
        assert record.outcome == "completed"


async def test_silence_after_a_reply_becomes_a_turn_seven_seconds_after_its_end_was_heard():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(2.05 + 6.9)
        assert len(talk.turns) == 1
        await talk.wait(0.2)
        assert talk.turns[1].text == "vgwPostResponseTimeout"


async def test_a_key_stops_the_prompt_and_is_a_turn():
    async with a_call(answers(start=["welcome"])) as talk:
        await talk.wait(1)
        talk.leg.press("5")
        await talk.wait(1)
        assert (
            talk.turns[1].text,
            talk.turns[1].flags["is_dtmf"],
            talk.turns[1].flags["barge_in_occurred"],
        ) == (
            "5",
            True,
            True,
        )
