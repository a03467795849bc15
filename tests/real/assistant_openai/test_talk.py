"""What a caller hears of a model, and what the model is told of the talk."""

import anyio
import pytest

from switchhook import AssistantError
from switchhook_testing_openai import Answer, Fault

pytestmark = pytest.mark.anyio


def roles(asked):
    return [each["role"] for each in asked.messages]


async def test_the_caller_is_greeted_by_the_model(model):
    async with model(lambda _: "Welcome to Example Bank. How can I help?") as line, line.call():
        assert await line.say() == ["Welcome to Example Bank.", "How can I help?"]
        assert "[the call begins: greet the caller]" in line.asked[0].last["content"]


async def test_a_greeting_of_the_configuration_asks_no_model(model):
    async with model(greeting="Example Bank, hello.") as line, line.call():
        assert await line.say() == ["Example Bank, hello."]
        assert line.asked == []
        await line.say("hi")
        assert line.asked[0].said("assistant") == "Example Bank, hello."


async def test_a_sentence_is_given_before_the_next_has_come(model):
    async with model(lambda _: Answer(["One moment. Let", 5.0, " me see."])) as line, line.call():
        with anyio.move_on_after(1):
            await line.say("hi")
        assert line.heard == ["One moment."]


async def test_the_model_knows_what_was_said_before(model):
    async with model(lambda asked: f"Answer {len(asked.messages)}.") as line, line.call():
        await line.say()
        await line.say("my balance")
        await line.say("and my limit")
        assert roles(line.asked[-1]) == ["system", "user", "assistant", "user", "assistant", "user"]
        assert line.asked[-1].said("assistant") == "Answer 2.\nAnswer 4."
        assert line.asked[-1].last["content"].endswith("\nand my limit")


async def test_the_model_is_asked_as_configured(model):
    async with model(parameters={"temperature": 0.2, "seed": 7}, max_tokens=99) as line, line.call():
        await line.say("hi")
        body = line.asked[0].body
        assert (body["model"], body["temperature"], body["seed"], body["max_tokens"]) == ("m", 0.2, 7, 99)
        assert "tools" not in body


async def test_a_limit_that_the_service_calls_otherwise_replaces_ours(model):
    async with model(parameters={"max_completion_tokens": 77}) as line, line.call():
        await line.say("hi")
        assert "max_tokens" not in line.asked[0].body


async def test_what_it_cost_is_told(model):
    async with model(lambda _: "One two three.") as line, line.call():
        await line.say("hi")
        assert line.reply.context.usage["completion_tokens"] == 3
        assert line.reply.context.usage["prompt_tokens"] > 10


async def test_a_service_that_does_not_know_the_question_of_cost_is_not_asked_it(model):
    async with model(usage=False) as line, line.call():
        await line.say("hi")
        assert "stream_options" not in line.asked[0].body
        assert line.reply.context.usage == {}


async def test_the_connection_is_used_again(model):
    async with model() as line, line.call():
        await line.say("one")
        await line.say("two")
        assert line.assistant._chat.model._service._client.idle == 1


async def test_a_connection_is_ready_before_the_first_call(model):
    async with model() as line:
        await line.assistant.warm()
        assert line.assistant._chat.model._service._client.idle == 1
        async with line.call():
            assert await line.say("hi") == ["You said hi."]
        assert line.assistant._chat.model._service._client.idle == 1


@pytest.mark.parametrize(
    ("header", "sent"), [("authorization", "Bearer emulated-key"), ("api-key", "emulated-key")]
)
async def test_the_key_goes_where_the_service_looks_for_it(model, header, sent):
    async with model(header=header) as line, line.call():
        await line.say("hi")
        assert line.asked[0].headers[header] == sent


async def test_a_query_of_the_address_goes_with_each_request(model, assistant):
    async with model() as line:
        url = f"{line.emulated.origin}/openai/deployments/d?api-version=2024-10-21"
        line.assistant = assistant(line.emulated, base_url=url, header="api-key")
        async with line.call():
            await line.say("hi")
        await line.assistant.aclose()
        assert line.asked[0].path == "/openai/deployments/d/chat/completions"
        assert line.asked[0].query == {"api-version": "2024-10-21"}


# --- being interrupted


@pytest.mark.parametrize(
    ("heard", "told"),
    [("Your balance is", ["Your balance is …"]), ("", [])],
    ids=["half of it was heard", "nothing was"],
)
async def test_the_model_is_told_what_was_heard_of_what_it_said(model, heard, told):
    async with model(lambda _: "Your balance is ten euros. Anything else?") as line, line.call():
        await line.say("balance")
        await line.say("stop", barged_in=True, heard=heard)
        said = [each["content"] for each in line.asked[-1].messages if each["role"] == "assistant"]
        assert said == told
        assert "[the caller has interrupted you]\nstop" in line.asked[-1].last["content"]


async def test_two_messages_of_the_caller_never_follow_each_other(model):
    async with model(lambda _: "Your balance is ten euros.") as line, line.call():
        await line.say("balance")
        await line.say("stop", barged_in=True)
        assert roles(line.asked[-1]) == ["system", "user"]


async def test_an_interruption_ends_the_reply_and_the_request_at_once(model):
    async with model(lambda _: Answer(["Well. You know", 10.0, " something."])) as line, line.call():
        with anyio.fail_after(1):
            async with line.conversation.send(line.turn("hi")) as reply:
                async for _ in reply:
                    reply.interrupt()
            while line.emulated.open:
                await anyio.sleep(0.001)
        assert line.emulated.left == 1
        line.emulated.model = lambda _: "Yes."
        assert await line.say("again", barged_in=True, heard="Well.") == ["Yes."]
        assert line.asked[-1].said("assistant") == "Well. …"


async def test_leaving_a_reply_ends_the_request_at_once(model):
    async with model(lambda _: Answer(["Well. You know", 10.0, " something."])) as line, line.call():
        with anyio.fail_after(1):
            async with line.conversation.send(line.turn("hi")) as reply:
                async for _ in reply:
                    break
            while line.emulated.open:
                await anyio.sleep(0.001)
        line.emulated.model = lambda _: "Yes."
        assert await line.say("again") == ["Yes."]


async def test_what_is_raised_while_a_reply_is_read_comes_out_as_it_is(model):
    async with model(lambda _: "Yes. No.") as line, line.call():

        async def read():
            async with line.conversation.send(line.turn("hi")) as reply:
                async for _ in reply:
                    raise KeyError

        with pytest.raises(KeyError):
            await read()


async def test_two_replies_at_once_are_refused(model):
    async with model() as line, line.call():
        async with line.conversation.send(line.turn("one")):
            with pytest.raises(AssistantError):
                async with line.conversation.send(line.turn("two")):
                    pass
        assert await line.say("three") == ["You said three."]


# --- bounds


async def test_an_answer_without_an_end_is_ended(model):
    async with model(longest=200) as line, line.call():
        line.faults.append(Fault("endless", after=1))
        await line.say("hi")
        assert 100 < len(" ".join(line.heard)) <= 200
        with anyio.fail_after(5):
            while line.emulated.open:
                await anyio.sleep(0.001)


async def test_a_long_answer_ends_with_a_sentence(model):
    async with model(lambda _: "This is a sentence. " * 50, longest=70) as line, line.call():
        assert await line.say("hi") == ["This is a sentence."] * 3


async def test_an_answer_that_the_service_cut_ends_with_a_sentence(model):
    async with model(lambda _: Answer("All of it. Half of", finish="length")) as line, line.call():
        assert await line.say("hi") == ["All of it."]


async def test_half_a_sentence_is_better_than_none(model):
    async with model(lambda _: Answer("Half of", finish="length")) as line, line.call():
        assert await line.say("hi") == ["Half of"]


async def test_of_a_long_talk_the_oldest_is_forgotten(model):
    async with model(lambda _: "word " * 100 + "end.", history=1000) as line, line.call():
        for number in range(12):
            await line.say(f"question {number}")
        told = line.asked[-1]
        assert told.messages[0]["role"] == "system"
        assert "question 11" in told.last["content"]
        assert "question 10" in told.said("user")
        assert "question 2" not in told.said("user")
        assert roles(told)[1] == "user"


async def say_often(line):
    for _ in range(20):
        await line.say("hello")


async def test_a_call_that_has_cost_enough_is_left_to_the_next_assistant(model):
    async with model(call_tokens=400) as line, line.call():
        with pytest.raises(AssistantError) as caught:
            await say_often(line)
        assert caught.value.reason == "the tokens of a call are spent"
        assert 1 <= len(line.asked) < 20


async def test_what_a_service_does_not_say_is_estimated(model):
    async with model(lambda _: Answer("Hello.", billed=False), call_tokens=400) as line, line.call():
        with pytest.raises(AssistantError):
            await say_often(line)
        assert 1 <= len(line.asked) < 20
