"""What is taken of an answer."""

import json
from functools import partial

import pytest

from switchhook import Turn
from switchhook_assistant_http.answers import Answer
from switchhook_assistant_http.errors import WebhookError
from switchhook_assistant_http.options import HttpOptions

pytestmark = pytest.mark.anyio


async def answered(body):
    """The texts, and what else was taken."""
    turn = Turn(2, "speech", "hello", variables={"name": "Ada"})
    answer = Answer(turn, HttpOptions(url="https://bot.example.org"), "7")
    async with answer.made_by(partial(answer.take, json.dumps(body))):
        return [response.text async for response in answer], answer


@pytest.mark.parametrize(
    "wrong",
    [
        {"variables": []},  # as PHP writes an empty table
        {"record": []},
        {"post_response_timeout": 0},
        {"final_utterance_timeout": "soon"},
        {"matched": "perhaps", "follow_up": {}},
    ],
)
async def test_what_does_not_fit_beside_the_responses_costs_no_response(wrong, caplog):
    texts, answer = await answered({"responses": ["Good morning."], **wrong})
    assert (texts, answer.matched, answer.context.variables) == (["Good morning."], True, None)
    assert all(f"left out: {name}" in caplog.text for name in wrong)


async def test_what_fits_beside_it_is_taken():
    _, answer = await answered({"responses": [], "variables": {"n": 1}, "post_response_timeout": -1})
    assert answer.context.variables == {"name": "Ada", "n": 1}


@pytest.mark.parametrize("wrong", [{"response": ["a"]}, {"responses": "a"}, {"responses": [7], "record": []}])
async def test_an_answer_whose_responses_cannot_be_read_is_none(wrong):
    with pytest.raises(WebhookError):
        await answered(wrong)
