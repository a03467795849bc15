"""Messages, sessions and contexts of the emulated assistant, as a client of its own sees them."""

import json
from contextlib import asynccontextmanager

import aiohttp
import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import AssistantError, ReplyContext, UnknownResponse, parse_response
from switchhook.testing import MemoryAssistant
from switchhook_testing_watson import Fault, emulate
from switchhook_testing_watson.streaming import item_events
from switchhook_testing_watson.turns import merged, written

pytestmark = pytest.mark.anyio

VERSION = {"version": "2024-08-25"}
ITEMS = [
    {"response_type": "text", "text": "Press one for Paris."},
    {"response_type": "dtmf", "command_info": {"type": "collect", "parameters": {"count": "4"}}},
    {"response_type": "record", "prompt": "after the tone"},
]


def answer(turn):
    match turn.text:
        case "":
            return ["welcome"]
        case "all":
            return ITEMS
        case "fail":
            return [AssistantError("out of order")]
        case "slow":
            return [0.05, "at last"]
        case "wait":
            return [60, "never"]
    return [f"you said {turn.text}"]


@pytest.fixture
def answering():
    return MemoryAssistant(
        answer,
        lambda turn: {**turn.variables, "heard": turn.text},
        lambda turn: ReplyContext(post_response_timeout=2.5, follow_up=turn.text == "later"),
    )


class Client:
    def __init__(self, house):
        self.house = house
        self.base = (
            f"{house.assistant_url}/v2/assistants/{house.assistant_id}/environments/{house.environment_id}"
        )
        self.session = None

    async def post(self, path, body, **query):
        url = f"{self.base}{path}"
        async with self.house.client.post(url, params={**VERSION, **query}, json=body) as reply:
            return reply.status, await reply.json()

    async def open(self):
        status, body = await self.post("/sessions", {})
        assert status == 201
        self.session = body["session_id"]

    async def send(self, text="", *, context=None, **given):
        message = {"input": {"text": text, **given}, "context": context or {}}
        return await self.post(f"/sessions/{self.session}/message", message)

    async def say(self, text="", **given):
        status, body = await self.send(text, **given)
        assert status == 200, body
        return body


@pytest.fixture
async def client(house):
    opened = Client(house)
    await opened.open()
    return opened


async def test_responses_have_the_fields_they_were_made_of_and_no_others(client):
    assert (await client.say("all"))["output"]["generic"] == ITEMS


async def test_the_context_is_told_only_when_asked_for(client):
    quiet = await client.say("hello")
    told = await client.say("hello", options={"return_context": True})

    assert "context" not in quiet
    assert told["context"]["global"]["system"]["turn_count"] == 2
    assert told["context"]["global"]["session_id"] == client.session


async def test_what_is_sent_once_is_kept_and_merged(client):
    await client.say(
        context={"integrations": {"genesys_audio_connector": {"user": "42"}, "channel": {"name": "Phone"}}}
    )
    told = await client.say(
        "hello",
        context={"integrations": {"genesys_audio_connector": {"more": "x"}}},
        options={"return_context": True},
    )

    assert told["context"]["integrations"] == {
        "genesys_audio_connector": {"user": "42", "more": "x", "heard": "hello"},
        "channel": {"name": "Phone"},
        "voice_telephony": {"post_response_timeout_count": 2500},
    }


async def test_the_client_is_asked_to_follow_up(client):
    later = await client.say("later", options={"return_context": True})
    after = await client.say("", options={"return_context": True})

    assert later["context"]["global"]["system"]["skip_user_input"] is True
    assert "skip_user_input" not in after["context"]["global"]["system"]


@pytest.mark.parametrize(
    ("text", "telephony", "kind"),
    [
        ("12", {"is_dtmf": True}, "digits"),
        ("vgwPostResponseTimeout", {"post_response_timeout_occurred": True}, "no_input"),
        ("vgwFinalUtteranceTimeout", {}, "no_final"),
        ("vgwNoInputTurn", {}, "forced"),
        ("hello", {"barge_in_occurred": True}, "speech"),
    ],
)
async def test_a_message_becomes_a_turn_of_its_kind(client, answering, text, telephony, kind):
    await client.say()
    await client.say(text, integrations={"voice_telephony": telephony})

    assert [turn.kind for turn in answering.turns] == ["start", kind]
    turn = answering.turns[1]
    assert turn.barged_in is telephony.get("barge_in_occurred", False)
    assert turn.text == ("" if kind in ("no_input", "no_final") else text)


async def test_a_chosen_option_comes_whole(client, answering):
    await client.say("Paris", suggestion_id="s1", intents=[])

    assert answering.turns[0].input == {"text": "Paris", "suggestion_id": "s1", "intents": []}


@pytest.mark.parametrize("text", ["x" * 2049, "two\nlines", "a\ttab"])
async def test_a_text_that_ibm_refuses_is_refused(client, text):
    status, body = await client.send(text)

    assert (status, body["code"]) == (400, 400)


async def test_a_context_may_be_too_large(client):
    status, _ = await client.send("hello", context={"integrations": {"x": "y" * 100_000}})

    assert status == 400


async def test_the_version_has_to_be_given(client):
    status, _ = await client.post("/sessions", {}, version="today")

    assert status == 400


async def test_an_assistant_is_no_environment(house, client):
    client.base = f"{house.assistant_url}/v2/assistants/{house.assistant_id}"
    assert (await client.post("/sessions", {}))[0] == 404

    client.base = f"{house.assistant_url}/v2/assistants/{house.environment_id}"
    assert (await client.post("/sessions", {}))[0] == 201


async def test_a_failing_assistant_is_an_internal_error_and_the_session_goes_on(client):
    status, body = await client.send("fail")

    assert (status, body) == (500, {"error": "Internal Server Error", "code": 500})
    assert (await client.say("hello"))["output"]["generic"][0]["text"] == "you said hello"


async def test_messages_at_once_are_counted_and_answered(house, client, answering):
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(client.say, "slow")

    assert house.overlapping == 2
    assert answering.most_open_replies == 1


async def test_a_message_that_nobody_waits_for_is_cancelled(client, answering):
    with anyio.move_on_after(0.05):
        await client.say("wait")

    assert (await client.say("hello"))["output"]["generic"][0]["text"] == "you said hello"
    assert answering.open_replies == 0


async def events(client, text):
    url = f"{client.base}/sessions/{client.session}/message_stream"
    body = {"input": {"text": text, "options": {"return_context": True}}}
    async with client.house.client.post(url, params=VERSION, json=body) as reply:
        assert reply.content_type == "text/event-stream"
        raw = (await reply.read()).decode()
    return [json.loads(event.partition("data: ")[2]) for event in raw.strip().split("\n\n")]


async def test_a_reply_is_streamed_word_by_word_item_by_item(client):
    told = await events(client, "all")

    assert [next(iter(event)) for event in told] == [
        *["partial_item"] * 4,
        *["complete_item"] * 3,
        "final_response",
    ]
    assert "".join(event["partial_item"]["text"] for event in told[:4]) == ITEMS[0]["text"]
    assert told[4]["complete_item"] == {**ITEMS[0], "streaming_metadata": {"id": 0}}
    final = told[-1]["final_response"]
    assert final["output"]["generic"] == ITEMS
    assert final["context"]["global"]["system"]["turn_count"] == 1


async def test_a_stream_may_break_in_its_middle(house, client):
    house.behaviour.assistant.append(Fault("close", phase="middle", after=300))

    with pytest.raises(Exception, match=r"not enough data|[Pp]ayload"):
        await events(client, "all")


def test_merging_replaces_what_is_no_object():
    assert merged({"a": {"b": 1, "c": [1]}, "d": 2}, {"a": {"c": [2]}, "d": {"e": 3}}) == {
        "a": {"b": 1, "c": [2]},
        "d": {"e": 3},
    }


def test_what_does_not_fit_is_written_as_it_came():
    item = {"response_type": "text", "text": [5]}
    assert isinstance(parse_response(item), UnknownResponse)
    assert written(parse_response(item)) == item


class Unwilling:
    """Cannot even begin."""

    @asynccontextmanager
    async def open(self, call, /):
        raise AssistantError("what a caller said", reason="no reason")
        yield


async def test_an_assistant_that_does_not_open_is_an_internal_error(caplog):
    async with emulate(assistant=Unwilling(), tls=False) as emulated, aiohttp.ClientSession() as session:
        url = f"{emulated.assistant_url}/v2/assistants/{emulated.environment_id}/sessions"
        login = {"Authorization": aiohttp.encode_basic_auth("apikey", emulated.api_key)}
        reply = await session.post(url, params=VERSION, headers=login, json={})

        assert reply.status == 500
    assert "no reason" in caplog.text
    assert "caller" not in caplog.text


async def test_a_status_within_an_answer_breaks_it_off(house, client):
    house.behaviour.assistant.append(Fault("status", phase="middle", after=5))

    with pytest.raises(aiohttp.ClientError):
        await client.say("all")


@given(st.text().filter(str.strip))
def test_the_parts_of_a_streamed_text_are_all_of_it(text):
    *parts, whole = [
        json.loads(event.decode().partition("data: ")[2])
        for event in item_events({"response_type": "text", "text": text}, 0)
    ]

    assert "".join(part["partial_item"]["text"] for part in parts) == text
    assert whole["complete_item"]["text"] == text
