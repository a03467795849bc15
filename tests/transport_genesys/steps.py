"""Work counted in steps of the interpreter, so that the speed of the machine says nothing."""

import sys
from asyncio import Handle
from contextlib import contextmanager
from types import SimpleNamespace


def steps(function, *arguments):
    """Lines of Python that it runs, and calls into C."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    def profile(frame, event, argument):
        nonlocal count
        count += event == "c_call"

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(trace)
    sys.setprofile(profile)
    try:
        function(*arguments)
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count


@contextmanager
def longest_turn():
    """`calls`: the most that the event loop was kept from others for, in calls of functions."""
    found = SimpleNamespace(calls=0)
    current = 0

    def profile(frame, event, argument):
        nonlocal current
        if frame.f_code is Handle._run.__code__ and event in ("call", "return"):
            current = 0
        current += event in ("call", "c_call")
        found.calls = max(found.calls, current)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield found
    finally:
        sys.setprofile(before)
