"""File descriptors, and how many calls they are enough for."""

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.serving.process import descriptors


@pytest.fixture
def limits(monkeypatch):
    """Soft and hard, as the system has them."""
    kept = {}

    def set_limit(_, pair):
        kept["pair"] = pair

    monkeypatch.setattr(resource, "getrlimit", lambda _: kept["pair"])
    monkeypatch.setattr(resource, "setrlimit", set_limit)
    return kept


@pytest.mark.parametrize(
    ("soft", "hard", "wanted"),
    [
        (1_024, 4_096, 4_096),
        (4_096, 4_096, 4_096),
        (1_024, resource.RLIM_INFINITY, descriptors.HIGHEST),
        (1_024, 1_073_741_816, descriptors.HIGHEST),
        (2_000_000, 3_000_000, 2_000_000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, descriptors.HIGHEST),
    ],
)
def test_the_limit_is_raised_as_far_as_it_goes_and_never_lowered(limits, soft, hard, wanted):
    limits["pair"] = (soft, hard)
    assert descriptors.raise_limit() == wanted
    assert limits["pair"] == (
        (wanted, hard) if soft not in (wanted, resource.RLIM_INFINITY) else (soft, hard)
    )


def test_too_few_for_so_many_calls_is_said_with_how_many_they_are_enough_for():
    said = descriptors.too_few(1_000, 1_024)
    assert said == "max_calls = 1000, but 1024 file descriptors are enough for 265 calls"


def test_a_process_with_hardly_any_serves_no_call_and_not_fewer():
    assert descriptors.too_few(1, 10).endswith("are enough for 0 calls")


@given(st.integers(1, 300_000))
def test_what_the_cure_names_is_enough(max_calls):
    needed = int(descriptors.cure(max_calls).split("limit to ")[1].split()[0])
    assert descriptors.too_few(max_calls, needed) == ""
    assert descriptors.too_few(max_calls, needed - 10) != ""
