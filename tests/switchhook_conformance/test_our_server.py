"""The suite against our own server: one test for each case. Those that take long are left to --long."""

import tomllib

import pytest

from switchhook import Options
from switchhook_conformance.case import all_cases
from switchhook_conformance.profile import Profile
from switchhook_conformance.runner import run

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def profile(server):
    table = tomllib.loads((server / "profile.toml").read_text())
    return Options(table, place="profile", base=server).parse(Profile)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in all_cases() if not case.long])
async def test_a_case_passes(case, profile):
    [result] = await run([case], profile, long=False, tell=lambda result: None)
    assert (result.state, result.why) == ("passed", "")


async def test_no_case_left_a_traceback_in_the_log(server, profile):
    await run(
        [case for case in all_cases() if case.id in ("E05", "E13", "A10")], profile, long=False, tell=print
    )
    assert "Traceback" not in (server / "log").read_text()
