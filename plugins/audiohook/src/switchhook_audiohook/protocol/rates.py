"""How fast Genesys takes what a server sends; of more it complains (operational event AUDIOHOOK-0012)."""

from __future__ import annotations

from typing import NamedTuple


class Rate(NamedTuple):
    sustained: float  # messages a second
    burst: int  # at once


MESSAGES = Rate(5.0, 25)  # texts and binary messages each
PAUSES = Rate(2.0, 4)  # of the texts, `pause` and `resume` each
BELOW = Rate(MESSAGES.sustained, MESSAGES.burst - 5)  # with room for a timer that comes late, and for pongs
