"""What was said in a call, as a model is told it again."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from switchhook_chat.history import Exchange, History, tokens

EXCHANGES = st.lists(st.builds(Exchange, st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=20)


@given(EXCHANGES, st.integers(0, 2000))
def test_a_history_keeps_to_its_room_and_always_tells_the_last_turn(exchanges, room):
    told = History(exchanges).messages(room, "")
    assert exchanges[-1].user in told[-1].text or told[-1].text == exchanges[-1].said
    assert tokens(told) <= max(room, tokens(exchanges[-1].messages()))


@given(EXCHANGES)
def test_the_caller_and_the_model_take_turns(exchanges):
    roles = [each.role for each in History(exchanges).messages(10**6, "")]
    assert roles[0] == "user"
    assert all(pair != ("user", "user") for pair in itertools.pairwise(roles))
