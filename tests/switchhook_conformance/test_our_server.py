"""The suite against our own server: one test for each case. Those that take long are run side by side."""

from dataclasses import replace

import anyio
import pytest

from switchhook_conformance.case import all_cases
from switchhook_conformance.runner import run

from .conftest import read_profile

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in all_cases() if not case.long])
async def test_a_case_passes(case, profile):
    [result] = await run([case], profile, long=False, tell=lambda result: None)
    assert (result.state, result.why) == ("passed", "")


async def side_by_side(cases, profile):
    """What did not pass."""
    failed = []

    async def run_one(case):
        [result] = await run([case], profile, long=True, tell=lambda result: None)
        if result.state != "passed":
            failed.append((case.id, result.state, result.why))

    async with anyio.create_task_group() as group:
        for case in cases:
            group.start_soon(run_one, case)
    return failed


MEMORY = ("L01", "L03")  # not beside others, which take some


async def test_the_long_cases_pass(profile):
    cases = [case for case in all_cases() if case.long and case.id not in (*MEMORY, "L02")]
    assert await side_by_side(cases, profile) == []


async def test_the_cases_that_watch_memory_pass(profile):
    assert await side_by_side([case for case in all_cases() if case.id in MEMORY], profile) == []


async def test_the_case_that_stops_the_server_passes(own_server):
    cases = [case for case in all_cases() if case.id == "L02"]
    assert await side_by_side(cases, read_profile(own_server)) == []


UNFIT = "B01 B02 C07 D07 D08 D09 D12 O18 O19 S01 S03 S05 S08 S12 T04 X01 X03 X04 X05"


@pytest.mark.parametrize("name", UNFIT.split())
async def test_a_bot_that_does_not_follow_the_script_is_found_out(name, profile, server, monkeypatch):
    monkeypatch.setattr("switchhook_conformance.wire.PATIENCE", 0.5)
    monkeypatch.setattr("switchhook_conformance.cases.talking.PATIENCE", 0.5)
    monkeypatch.setattr("switchhook_conformance.cases.ending.PATIENCE", 0.5)
    target = profile.url.replace("0c1d2e3f-0000-4000-8000-00000000c0de", "plain")
    [case] = [case for case in all_cases() if case.id == name]
    other = profile.model_copy(update={"url": target, "paused_path": "/plain/connect"})
    [result] = await run([replace(case, long=False)], other, long=False, tell=lambda result: None)
    assert result.state == "failed"


async def test_no_case_left_a_traceback_in_the_log(server, profile):
    await run(
        [case for case in all_cases() if case.id in ("E05", "E13", "A10")], profile, long=False, tell=print
    )
    assert "Traceback" not in (server / "log").read_text()
