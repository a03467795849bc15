"""OpenAI's own SDK, unmodified, takes the emulator for the service."""

import json

import anyio
import openai
import pytest

from switchhook_testing_openai import Answer, Called, Fault

pytestmark = pytest.mark.anyio

HELLO = [{"role": "user", "content": "hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Of a town.",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
    },
}


async def streamed(client, messages=HELLO, **more):
    """All chunks of an answer."""
    stream = await client.chat.completions.create(model="m", messages=messages, stream=True, **more)
    return [chunk async for chunk in stream]


def text_of(chunks):
    return "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)


async def test_an_answer_comes_whole(served):
    async with served(lambda asked: f"You said {asked.last['content']}.") as (_, client):
        answer = await client.chat.completions.create(model="m", messages=HELLO)
        assert answer.choices[0].message.content == "You said hello."
        assert answer.choices[0].finish_reason == "stop"
        assert answer.usage.total_tokens == 4


async def test_an_answer_comes_word_by_word(served):
    async with served(lambda _: "One two  three.\nFour. ") as (_, client):
        chunks = await streamed(client)
        assert text_of(chunks) == "One two  three.\nFour. "
        assert len(chunks) == 6
        assert chunks[-1].choices[0].finish_reason == "stop"


async def test_what_it_cost_is_said_where_that_is_asked_for(served):
    async with served(lambda _: "one two three") as (_, client):
        *_, last = await streamed(client, stream_options={"include_usage": True})
        assert (last.choices, last.usage.completion_tokens) == ([], 3)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_tool_is_called_and_its_result_is_answered(served, stream):
    def model(asked):
        if asked.last["role"] == "tool":
            return f"It is {asked.last['content']}."
        return Answer("Let me see.", [Called("weather", {"town": "Köln"})])

    async with served(model) as (_, client):
        async with client.chat.completions.stream(model="m", messages=HELLO, tools=[WEATHER]) as stream:
            answer = await stream.get_final_completion()
        message = answer.choices[0].message
        (call,) = message.tool_calls
        assert (call.function.name, json.loads(call.function.arguments)) == ("weather", {"town": "Köln"})
        result = {"role": "tool", "tool_call_id": call.id, "content": "dry"}
        again = [*HELLO, message.model_dump(include={"role", "content", "tool_calls"}), result]
        assert text_of(await streamed(client, again, tools=[WEATHER])) == "It is dry."


async def test_a_refusal_has_a_field_of_its_own(served):
    async with served(lambda _: Answer(refusal="I cannot do that.")) as (_, client):
        answer = await client.chat.completions.create(model="m", messages=HELLO)
        assert answer.choices[0].message.refusal == "I cannot do that."


async def test_azures_client_finds_its_deployment(served):
    async with served(lambda _: "Hello.") as (emulated, _):
        async with openai.AsyncAzureOpenAI(
            api_key=emulated.api_key, azure_endpoint=emulated.origin, api_version="2024-10-21", max_retries=0
        ) as client:
            assert text_of(await streamed(client)) == "Hello."
        assert emulated.asked[0].path == "/openai/deployments/m/chat/completions"
        assert emulated.asked[0].query == {"api-version": "2024-10-21"}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
async def test_an_error_is_what_the_sdk_takes_it_for(served, status, error):
    async with served(lambda _: "Hello.") as (emulated, client):
        emulated.faults.append(Fault("status", status, code="because", headers={"Retry-After": "7"}))
        with pytest.raises(error) as caught:
            await streamed(client)
        assert (caught.value.code, caught.value.response.headers["retry-after"]) == ("because", "7")


async def test_the_sdk_tries_again_what_it_always_does(served):
    async with served(lambda _: "Hello.", max_retries=1) as (emulated, client):
        emulated.faults.append(Fault("status", 503))
        assert text_of(await streamed(client)) == "Hello."


async def test_a_wrong_key_is_refused(served):
    async with served(lambda _: "Hello.", api_key="another") as (_, client):
        with pytest.raises(openai.AuthenticationError):
            await streamed(client)


CALL = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "caller", "content": "hello"}],
        [{"role": "assistant", "content": None}],
        [{"role": "tool", "tool_call_id": "1", "content": "x"}],
        [{"role": "assistant", "content": None, "tool_calls": [CALL]}],
        [{"role": "assistant", "content": None, "tool_calls": [CALL]}, *HELLO],
    ],
)
async def test_messages_that_the_service_refuses_are_refused(served, messages):
    async with served(lambda _: "Hello.") as (_, client):
        with pytest.raises(openai.BadRequestError):
            await streamed(client, messages)


@pytest.mark.parametrize(
    "more",
    [
        {"tools": []},
        {"tool_choice": "none"},
        {"tools": [{"type": "function", "function": {"name": "no name", "parameters": {"type": "object"}}}]},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "string"}}}]},
    ],
)
async def test_tools_that_the_service_refuses_are_refused(served, more):
    async with served(lambda _: "Hello.") as (_, client):
        with pytest.raises(openai.BadRequestError):
            await streamed(client, **more)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("error", after=2), openai.APIError),
        (Fault("garbage", after=2), json.JSONDecodeError),
        (Fault("reset", after=2), openai.APIConnectionError),
        (Fault("close", after=2), openai.APIConnectionError),
        (Fault("reset"), openai.APIConnectionError),
    ],
)
async def test_what_goes_wrong_in_a_stream_reaches_the_sdk(served, fault, error):
    async with served(lambda _: "One two three.") as (emulated, client):
        emulated.faults.append(fault)
        with pytest.raises(error):
            await streamed(client)


async def test_an_answer_can_end_without_a_word(served):
    async with served(lambda _: "One.") as (emulated, client):
        emulated.faults.append(Fault("mute", code="content_filter"))
        (chunk,) = await streamed(client)
        assert chunk.choices[0].finish_reason == "content_filter"


@pytest.mark.parametrize("kind", ["hang", "silent", "endless"])
async def test_who_goes_away_is_noticed(served, kind):
    async with served(lambda _: "One two.") as (emulated, client):
        emulated.faults.append(Fault(kind, after=1))
        with anyio.move_on_after(0.3):
            await streamed(client)
        with anyio.fail_after(5):
            while emulated.open:
                await anyio.sleep(0.01)
        assert emulated.left == 1


async def test_a_fault_befalls_as_many_requests_as_it_says(served):
    async with served(lambda _: "Hello.") as (emulated, client):
        emulated.faults.append(Fault("status", 400, times=2))
        for _ in range(2):
            with pytest.raises(openai.BadRequestError):
                await streamed(client)
        assert text_of(await streamed(client)) == "Hello."
