"""The program by which the kernel chooses among the sockets of several workers."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.serving.workers.steering import program

STEP = struct.Struct("=HBBI")
MOST_STEPS = 4096  # that Linux takes
HIGHEST = 2**32 - 1
WEIGHTS = st.lists(st.floats(0, 1000).map(lambda weight: weight if weight > 0.001 else 0.0), max_size=64)


def run(steps, chance):
    """As Linux runs it: `chance` is what it draws. Gives an index."""
    at, drawn = 0, None
    while True:
        code, true, false, value = STEP.unpack_from(steps, at * STEP.size)
        at += 1
        match code:
            case 0x20 if value == 0xFFFFF000 + 56:
                drawn = chance
            case 0x35:
                at += true if drawn >= value else false
            case 0x06:
                return value


def bounds(steps):
    """Where what it draws makes a difference, and both ends."""
    ends = [value for code, _, _, value in STEP.iter_unpack(steps) if code == 0x35]
    return [0, *ends, 2**32]


@given(WEIGHTS)
def test_each_index_is_chosen_as_often_as_its_weight_says(weights):
    steps, got = program(weights), [0] * len(weights)
    if sum(weights):
        for low, high in zip(ends := bounds(steps), ends[1:], strict=False):
            if high > low:
                assert run(steps, low) == run(steps, high - 1)
                got[run(steps, low)] += high - low
        assert sum(got) == 2**32
        assert [each / 2**32 for each in got] == pytest.approx([w / sum(weights) for w in weights], abs=1e-8)
        assert not any(each for each, weight in zip(got, weights, strict=True) if not weight)


@given(WEIGHTS)
def test_it_is_not_longer_than_the_kernel_takes(weights):
    assert len(program(weights)) <= MOST_STEPS * STEP.size


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_where_nobody_serves_it_names_a_socket_that_is_not_there(weights):
    """The kernel chooses by its hash then."""
    assert run(program(weights), 0) == HIGHEST
