"""How long a caller is made to wait for a service that is busy."""

import anyio
import pytest

from switchhook import virtual_time
from switchhook_http import Again, RequestError, seconds_in, twice
from switchhook_http.again import pause_of


@pytest.mark.parametrize(
    ("header", "pause"),
    [("", 0.25), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.25), ("0", 0.0), ("2", 2.0), ("3", None), ("-1", 0.25)],
)
def test_a_service_is_waited_for_as_it_asks_and_never_long(header, pause):
    assert pause_of(seconds_in(header)) == pause


AGAIN = Again(at_once=("broken", 401), later=(429,))


class Failed(RequestError):  # noqa: N818  # it reads better here
    def __init__(self, problem, status=None, retry_after=None):
        self.problem, self.status, self.retry_after = problem, status, retry_after


def tried(*failures):
    """What comes of it after these failures, how often it was tried, and in how many seconds."""
    left = list(failures)
    tries = 0

    async def ask():
        nonlocal tries
        tries += 1
        if left:
            raise left.pop(0)
        return "answer"

    async def waited():
        began = anyio.current_time()
        try:
            got = await twice(ask, AGAIN)
        except Exception as error:  # noqa: BLE001  # it is looked at
            got = error
        return got, tries, anyio.current_time() - began

    return anyio.run(waited, **virtual_time())


def test_what_works_is_asked_for_once():
    assert tried() == ("answer", 1, 0)


@pytest.mark.parametrize(
    ("failure", "pause"),
    [
        (Failed("broken"), 0.0),
        (Failed("status", 401), 0.0),
        (Failed("status", 429), 0.25),
        (Failed("status", 429, 2.0), 2.0),
    ],
)
def test_what_has_failed_is_asked_for_again_after_its_pause(failure, pause):
    assert tried(failure) == ("answer", 2, pause)


def test_a_second_failure_is_the_last():
    second = Failed("broken")
    assert tried(Failed("broken"), second) == (second, 2, 0.0)


@pytest.mark.parametrize(
    "failure",
    [
        Failed("garbage"),
        Failed("status", 500),
        Failed("token", 401),
        Failed("status", 429, 3.0),
        ValueError(),
    ],
)
def test_what_another_try_would_not_help_is_not_tried_again(failure):
    assert tried(failure) == (failure, 1, 0.0)
