"""What a new call asks the state that all workers have together."""

import pytest

from switchhook import Busy
from switchhook.serving.state.memory import MemoryState
from switchhook.serving.state.places import Places
from switchhook.serving.state.sure import SureState
from switchhook.serving.state.together import hold_all
from switchhook_audiohook.nonces import Nonces
from switchhook_audiohook.settings import LimitSettings
from switchhook_transport_genesys.census import Census, Limit

pytestmark = pytest.mark.anyio


class FarState(MemoryState):
    """Each question takes a while, and is counted."""

    def __init__(self):
        super().__init__()
        self.near, self.asked = MemoryState(), 0

    async def add_once(self, key, seconds, /):
        self.asked += 1
        return await super().add_once(key, seconds)

    async def hold_all(self, limits, /):
        self.asked += 1
        return await hold_all(self.near, limits)


class Desk:
    def __init__(self, most=10):
        self.far, self.hits = FarState(), []
        self.state = SureState(self.far, lambda: False, lambda *_: None)
        self.admission_within = Places(self.state, lambda: most).take_within

    def measured(self, name, value, labels):
        self.hits.append((name, value, dict(labels)))


async def test_a_call_asks_twice_for_its_signature_and_then_for_its_places():
    desk = Desk()
    assert await Nonces(desk.state).claim("key", "nonce")
    assert desk.far.asked == 1
    async with await Census(LimitSettings(), desk).place("bot", "bank"):
        assert desk.far.asked == 2
    assert desk.far.asked == 2


@pytest.mark.parametrize(
    ("most", "limits", "told", "hit"),
    [
        (1, {"per_connector": 1, "per_organization": 1}, Busy.FULL, "server"),
        (2, {"per_connector": 1, "per_organization": 1}, Limit.CONNECTOR, "per_connector"),
        (2, {"per_organization": 1}, Limit.ORGANIZATION, "per_organization"),
    ],
)
async def test_who_is_turned_away_is_told_by_which_limit_and_holds_nothing(most, limits, told, hit):
    desk = Desk(most)
    census = Census(LimitSettings(**limits), desk)
    async with await census.place("bot", "Bank"):
        assert await census.place("bot", "bank") == told
        assert desk.hits == [("limit_hits", 1, {"limit": hit})]
        if most > 1:
            async with await census.place("other", "other"):
                pass
    async with await census.place("bot", "bank"):
        pass
