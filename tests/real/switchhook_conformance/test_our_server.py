"""The suite against our own server: one test for each case. They are run side by side, a few at a time; one that
is tried again, by itself."""

from dataclasses import replace

import pytest

from switchhook_conformance.case import all_cases

from .conftest import side_by_side

CASES = {case.id: case for case in all_cases()}
SHORT = [name for name, case in CASES.items() if not case.long]


@pytest.fixture(scope="module")
def results(profile):
    return side_by_side(*((CASES[name], profile) for name in SHORT))


@pytest.mark.parametrize("name", SHORT)
def test_a_case_passes(name, request, profile):
    first = request.node.execution_count == 1
    results = request.getfixturevalue("results") if first else side_by_side((CASES[name], profile))
    assert (results[name].state, results[name].why) == ("passed", "")


UNFIT = [
    *("B01", "B02", "C07", "D07", "D08", "D09", "D12", "O18", "O19", "S01", "S03", "S05", "S08", "S12"),
    *("T04", "X01", "X03", "X04", "X05"),
]


def without_script(profile, *names):
    """Of a bot that does not follow the script."""
    target = profile.url.replace("0c1d2e3f-0000-4000-8000-00000000c0de", "plain")
    other = profile.model_copy(update={"url": target, "paused_path": "/plain/connect"})
    with pytest.MonkeyPatch.context() as patch:
        for module in ("wire", "cases.talking", "cases.ending"):
            patch.setattr(f"switchhook_conformance.{module}.PATIENCE", 0.5)
        return side_by_side(*((replace(CASES[name], long=False), other) for name in names))


@pytest.fixture(scope="module")
def unfit(profile):
    return without_script(profile, *UNFIT)


@pytest.mark.parametrize("name", UNFIT)
def test_a_bot_that_does_not_follow_the_script_is_found_out(name, unfit):
    assert unfit[name].state == "failed"


def test_no_case_left_a_traceback_in_the_log(server, results):
    assert "Traceback" not in (server / "log").read_text()
