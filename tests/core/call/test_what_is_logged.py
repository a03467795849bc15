"""What an operator reads of a call that goes wrong."""

import logging

import pytest

from switchhook import AssistantError
from switchhook.testing import MemoryAssistant, a_call

from .test_call import answers

pytestmark = pytest.mark.anyio

SECRET = "pin 4711"


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_response_that_nobody_performs_is_a_line_with_its_type(caplog):
    odd = {"response_type": "hologram\n\x1b[31m", "text": SECRET}
    async with a_call(answers(start=["welcome", odd])) as talk:
        await talk.wait(3)
    [line] = [line for line in warnings(caplog) if "was not performed" in line]
    assert line == r"turn 1: a response of type hologram\n\x1b[31m was not performed: no such response type"


async def test_of_responses_that_nobody_performs_there_are_so_many_lines(caplog):
    async with a_call(answers(start=[{"response_type": "hologram"}] * 300)) as talk:
        await talk.wait(3)
        talk.leg.close("hung_up")
        record = await talk.over()
    assert 0 < len([line for line in warnings(caplog) if "was not performed" in line]) <= 100
    assert len(record.not_performed) <= 100


async def test_an_assistant_that_raises_is_told_with_its_authors_line_and_no_value(caplog):
    caplog.set_level(logging.DEBUG)

    def fail(turn):
        raise AssistantError(SECRET, reason="HTTP 503")

    async with a_call(MemoryAssistant(fail)) as talk:
        record = await talk.over()
    assert (record.outcome, record.reason) == ("failed", "assistant: HTTP 503")
    assert any("HTTP 503 at " in line.getMessage() for line in caplog.records if line.levelname == "INFO")
    assert "4711" not in caplog.text
