"""The cases of the suite that take minutes, against our own server."""

from ...real.switchhook_conformance.conftest import read_profile, side_by_side
from ...real.switchhook_conformance.test_our_server import CASES

MEMORY = ["L01", "L03"]  # not beside others, which take some
STOPS = "L02"


def not_passed(results):
    return [(name, result.state, result.why) for name, result in results.items() if result.state != "passed"]


def test_the_long_cases_pass(profile, own_server):
    names = [name for name, case in CASES.items() if case.long and name not in (*MEMORY, STOPS)]
    jobs = [(CASES[name], profile) for name in names]
    assert not_passed(side_by_side((CASES[STOPS], read_profile(own_server)), *jobs, at_once=20)) == []


def test_the_cases_that_watch_memory_pass(profile):
    assert not_passed(side_by_side(*((CASES[name], profile) for name in MEMORY))) == []
