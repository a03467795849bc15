"""What a turn tells a webhook."""

import pytest

from switchhook import CallInfo, Turn
from switchhook_assistant_http.options import HttpOptions
from switchhook_assistant_http.turns import WORDS, asked
from switchhook_http import Confided

CALL = CallInfo("call", "support", language="en-US")


@pytest.mark.parametrize("name", ["text", "heard"])
def test_of_what_was_given_in_confidence_no_part_is_told_where_a_text_is_cut(name):
    confided = Confided()
    confided.keep("4711")
    turn = Turn(3, "speech", **{"text": "", name: f"{'x' * (WORDS - 3)} 4711"})
    told = asked(turn, CALL, HttpOptions(url="https://bot.example.com/"), confided)["turn"][name]
    assert len(told) == WORDS
    assert "4" not in told
