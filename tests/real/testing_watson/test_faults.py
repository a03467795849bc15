"""What goes wrong where a test wants it to, over real sockets."""

import asyncio
import ssl

import aiohttp
import anyio
import pytest

from switchhook_testing_watson import Behaviour, Fault, emulate

pytestmark = pytest.mark.anyio

TEXT = {"text": "Good morning."}
QUERY = {"voice": "en-US_LisaV3Voice"}
HEADERS = {"Accept": "audio/mulaw;rate=8000"}


def speak(house):
    url = f"{house.text_to_speech_url}/v1/synthesize"
    return house.client.post(url, params=QUERY, headers=HEADERS, json=TEXT)


async def spoken(house):
    async with speak(house) as reply:
        reply.raise_for_status()
        return await reply.read()


async def test_a_status_befalls_one_request(house):
    house.behaviour.text_to_speech.append(Fault("status", 503, headers={"Retry-After": "1"}))

    async with speak(house) as reply:
        assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert len(await spoken(house)) == 8000


async def test_a_fault_befalls_as_many_requests_as_it_says(house):
    house.behaviour.text_to_speech.append(Fault("status", 429, times=2))
    statuses = []
    for _ in range(3):
        async with speak(house) as reply:
            statuses.append(reply.status)

    assert statuses == [429, 429, 200]


async def test_a_fault_may_be_meant_for_one_path(house):
    house.behaviour.text_to_speech.append(Fault("status", path="/v1/voices"))

    assert len(await spoken(house)) == 8000
    assert len(house.behaviour.text_to_speech) == 1


@pytest.mark.parametrize("phase", ["connect", "first"])
async def test_a_connection_is_reset_before_the_answer(house, phase):
    house.behaviour.text_to_speech.append(Fault("reset", phase=phase))

    with pytest.raises(aiohttp.ClientOSError):
        await spoken(house)


@pytest.mark.parametrize("kind", ["reset", "close"])
async def test_a_connection_ends_within_the_answer(house, kind):
    house.behaviour.text_to_speech.append(Fault(kind, phase="middle", after=1000))
    got = bytearray()

    async def listen():
        async with speak(house) as reply:
            async for chunk in reply.content.iter_any():
                got.extend(chunk)

    with pytest.raises(aiohttp.ClientError):
        await listen()
    assert len(got) <= 1000
    if kind == "close":
        assert len(got) == 1000


@pytest.mark.parametrize("phase", ["connect", "first", "middle", "end"])
async def test_an_answer_hangs_until_the_client_goes(house, phase):
    house.behaviour.text_to_speech.append(Fault("hang", phase=phase))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(spoken(house), 0.1)
    assert len(await spoken(house)) == 8000


async def test_an_answer_is_late(house):
    house.behaviour.text_to_speech.append(Fault("delay", seconds=0.05))
    began = anyio.current_time()
    await spoken(house)

    assert anyio.current_time() - began >= 0.05


async def test_an_answer_comes_slowly(house):
    house.behaviour.text_to_speech.append(Fault("slow", rate=80_000))
    began = anyio.current_time()
    whole = await spoken(house)

    assert len(whole) == 8000
    assert anyio.current_time() - began >= 0.08


async def test_an_answer_is_no_json(house):
    house.behaviour.text_to_speech.append(Fault("garbage"))
    async with house.client.get(f"{house.text_to_speech_url}/v1/voices") as reply:
        with pytest.raises(ValueError, match="Expecting value"):
            await reply.json()


async def test_an_answer_has_the_wrong_type(house):
    house.behaviour.text_to_speech.append(Fault("wrong_type"))
    async with speak(house) as reply:
        assert reply.content_type == "text/html"


async def test_a_hanging_iam_gives_no_token(house):
    house.behaviour.iam.append(Fault("hang"))
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": house.api_key}

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(house.client.post(f"{house.iam_url}/identity/token", data=form), 0.1)


async def bearer(house):
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": house.api_key}
    async with house.client.post(f"{house.iam_url}/identity/token", data=form) as reply:
        return (await reply.json())["access_token"]


async def voices_with(house, token):
    url = f"{house.text_to_speech_url}/v1/voices"
    async with aiohttp.ClientSession() as client:
        context = ssl.create_default_context(cafile=house.ca)
        async with client.get(url, ssl=context, headers={"Authorization": f"Bearer {token}"}) as reply:
            return reply.status


async def test_a_token_is_good_until_it_is_revoked(house):
    token = await bearer(house)
    assert await voices_with(house, token) == 200

    house.behaviour.revoke_tokens()
    assert await voices_with(house, token) == 401
    assert await voices_with(house, await bearer(house)) == 200


async def test_a_token_expires(house):
    house.behaviour.token_lifetime = 0.0

    assert await voices_with(house, await bearer(house)) == 401


async def test_sessions_expire_when_told(house):
    sessions = f"{house.assistant_url}/v2/assistants/{house.environment_id}/sessions"
    query = {"version": "2024-08-25"}
    async with house.client.post(sessions, params=query, json={}) as reply:
        session = (await reply.json())["session_id"]
    house.behaviour.expire_sessions()

    async with house.client.post(f"{sessions}/{session}/message", params=query, json={}) as reply:
        assert (reply.status, await reply.json()) == (404, {"error": "Invalid Session", "code": 404})


async def test_a_service_without_an_engine_is_not_there():
    async with emulate(behaviour=Behaviour(), tls=False) as emulated, aiohttp.ClientSession() as client:
        reply = await client.get(f"{emulated.text_to_speech_url}/v1/voices")
        assert reply.status == 404


@pytest.mark.parametrize(
    ("service", "path", "field"),
    [
        ("iam", "/identity/token", "message"),
        ("assistant", "/v2/assistants/x/sessions", "error"),
        ("text_to_speech", "/v1/synthesize", "code_description"),
    ],
)
async def test_a_status_has_the_form_of_its_service(house, service, path, field):
    getattr(house.behaviour, service).append(Fault("status", 500))
    base = house.iam_url if service == "iam" else house.assistant_url
    async with house.client.post(base + path) as reply:
        assert (reply.status, field in await reply.json()) == (500, True)


async def test_what_was_asked_is_seen(house):
    await spoken(house)

    seen = house.log[-1]
    assert (seen.service, seen.method, seen.body) == ("text_to_speech", "POST", TEXT)
    assert seen.headers["accept"] == "audio/mulaw;rate=8000"
