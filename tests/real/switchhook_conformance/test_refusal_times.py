"""A server that takes longer to refuse a key that it knows."""

import anyio
import pytest
from websockets.asyncio.server import serve

from switchhook_conformance.case import all_cases
from switchhook_conformance.profile import Profile
from switchhook_conformance.runner import run

[TIMES] = [case for case in all_cases() if case.id == "A07"]


async def verdict(longer):
    async def refusal(connection, request):
        if request.headers["x-api-key"] == "key":
            await anyio.sleep(longer)
        return connection.respond(401, "no\n")

    async def session(socket):
        await socket.close()

    async with serve(session, "127.0.0.1", 0, process_request=refusal) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"
        profile = Profile(url=url, api_key="key", client_secret="c2VjcmV0")
        [result] = await run([TIMES], profile, long=False, tell=lambda result: None)
    return result


@pytest.mark.anyio
async def test_it_is_found_out():
    assert "refusal times within 50 ms" in (await verdict(0.1)).why


@pytest.mark.anyio
async def test_one_that_takes_the_same_time_passes():
    assert (await verdict(0)).state == "passed"
