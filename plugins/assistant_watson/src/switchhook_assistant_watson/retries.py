"""Which failures are worth a second try, and how soon."""

from __future__ import annotations

from switchhook_http import pause_of
from switchhook_watson import WatsonError


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
        return pause_of(error.retry_after)
    return None
