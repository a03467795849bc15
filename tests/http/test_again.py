"""How long a caller is made to wait for a service that is busy."""

import pytest

from switchhook_http import pause_of, seconds_in


@pytest.mark.parametrize(
    ("header", "pause"),
    [("", 0.25), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.25), ("0", 0.0), ("2", 2.0), ("3", None), ("-1", 0.25)],
)
def test_a_service_is_waited_for_as_it_asks_and_never_long(header, pause):
    assert pause_of(seconds_in(header)) == pause
