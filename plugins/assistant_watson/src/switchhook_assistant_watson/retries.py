"""Which failures are worth a second try, and how soon."""

from __future__ import annotations

from switchhook_watson import WatsonError

LONGEST = 2.0  # seconds that a caller can be made to wait before it
SHORT = 0.25  # where a service is busy and does not say for how long


def pause_before_again(error: WatsonError) -> float | None:
    """Seconds; None: it would not help, or take too long.

    A message that was not answered in time, or whose connection broke, may have been read. IBM's own phone
    integration sends it once more all the same, and so do we: silence is worse than an action run twice.
    """
    if error.problem in ("connect", "timeout", "broken"):
        return 0.0
    if error.status == 401 and error.problem == "status":
        return 0.0
    if error.status in (429, 503) and error.problem == "status":
        pause = SHORT if error.retry_after is None else error.retry_after
        return pause if pause <= LONGEST else None
    return None
