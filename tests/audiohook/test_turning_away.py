"""What a client makes of the words with which it is turned away."""

import pytest

from switchhook_audiohook.protocol.turning_away import TurnedAway


@pytest.mark.parametrize("kind", TurnedAway)
def test_what_a_server_says_is_read_again(kind):
    assert TurnedAway.read(f"{kind}; and what to do about it") is kind


@pytest.mark.parametrize("info", ["", "too many calls to this connector", "the server is stopping"])
def test_any_other_reason_is_none_of_these(info):
    assert TurnedAway.read(info) is None
