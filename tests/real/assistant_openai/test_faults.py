"""What a caller is spared where the model fails, and what the call is told."""

import logging

import anyio
import pytest

from switchhook import AssistantError
from switchhook_testing_openai import Answer, Fault

pytestmark = pytest.mark.anyio


async def failure(line, text="hello"):
    with pytest.raises(AssistantError) as caught:
        await line.say(text)
    return caught.value


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault("status", status) for status in (429, 500, 502, 503)),
        Fault("status", 429, headers={"Retry-After": "0"}),
        Fault("reset"),
        Fault("close"),
    ],
    ids=str,
)
async def test_one_failure_is_not_noticed(model, fault):
    async with model() as line, line.call():
        line.faults.append(fault)
        assert await line.say("hello") == ["You said hello."]
        assert len(line.asked) == 2


@pytest.mark.parametrize(
    ("fault", "reason", "tries"),
    [
        (Fault("status", 503, times=9), "status 503", 2),
        (Fault("status", 429, times=9), "status 429", 2),
        (Fault("status", 429, times=9, headers={"Retry-After": "20"}), "status 429", 1),
        (Fault("status", 429, times=9, headers={"Retry-After": "soon"}), "status 429", 2),
        (Fault("status", 400, times=9), "status 400", 1),
        (Fault("status", 403, times=9), "status 403", 1),
        (Fault("status", 404, times=9), "status 404", 1),
        (Fault("status", 307, times=9), "status 307", 1),
        (Fault("reset", times=9), "connection broke", 2),
        (Fault("hang", times=9), "no answer in time", 1),
        (Fault("hang", after=2, times=9), "no answer in time", 1),
        (Fault("silent", after=2, times=9), "no answer in time", 1),
        (Fault("html", times=9), "unreadable answer", 1),
        (Fault("garbage", after=2, times=9), "unreadable answer", 1),
        (Fault("huge", after=2, times=9), "unreadable answer", 1),
        (Fault("html", after=2, times=9), "connection broke", 1),
        (Fault("close", after=2, times=9), "connection broke", 1),
        (Fault("reset", after=2, times=9), "connection broke", 1),
        (Fault("error", after=2, times=9), "failed", 1),
        (Fault("mute", times=9), "empty answer", 1),
    ],
    ids=str,
)
async def test_what_stays_fails_the_turn_with_a_reason(model, fault, reason, tries):
    async with model(timeout=0.3) as line, line.call():
        line.faults.append(fault)
        error = await failure(line)
        assert (error.reason, len(line.asked)) == (reason, tries)


async def test_a_port_that_nobody_listens_on_is_said(model):
    async with model(base_url="http://127.0.0.1:9/v1") as line, line.call():
        error = await failure(line)
        assert error.reason == "cannot connect"
        assert "look at `base_url`" in str(error)


async def test_a_wrong_key_is_said(model):
    async with model(api_key="wrong") as line, line.call():
        error = await failure(line)
        assert error.reason == "status 401"
        assert "Incorrect API key provided" in str(error)
        assert "`api_key`" in str(error)


async def test_what_was_said_before_a_failure_is_kept_from_no_one(model):
    async with model() as line, line.call():
        line.emulated.model = lambda _: "One is here. Two is not."
        line.faults.append(Fault("reset", after=6))
        await failure(line)
        assert line.heard == ["One is here."]


async def test_a_turn_that_failed_is_told_once(model):
    async with model() as line, line.call():
        line.faults.append(Fault("status", 400))
        await failure(line)
        await line.say("hello")
        assert line.asked[-1].said("user").count("hello") == 1


async def test_the_next_model_of_a_call_knows_what_was_said_to_the_one_before(model, assistant):
    async with model() as line, line.call():
        await line.say("my name is Ann")
        line.faults.append(Fault("status", 400))
        await failure(line, "my balance")
        other = assistant(line.emulated, model="other")
        async with other.open(line.call_info) as line.conversation:
            await line.say("my balance")
        await other.aclose()
        assert "my name is Ann" in line.asked[-1].said("user")
        assert line.asked[-1].said("user").count("my balance") == 1
        assert line.asked[-1].body["model"] == "other"


async def test_another_call_knows_nothing_of_it(model, assistant):
    async with model() as line:
        async with line.call():
            await line.say("my name is Ann")
        line.call_info = line.call_info.seen_by("another", None)
        async with line.call():
            await line.say("my balance")
        assert "Ann" not in line.asked[-1].said("user")


async def test_an_address_without_its_v1_is_shown(model):
    async with model() as line:
        other = line.emulated.origin
    async with model(base_url=other) as line, line.call():
        error = await failure(line)
        assert f"at {other}/chat/completions: " in str(error)


async def test_an_address_that_wants_no_tls_is_told_apart_from_a_certificate(model):
    async with model() as line:
        async with model(base_url=line.emulated.url.replace("http:", "https:")) as secure, secure.call():
            error = await failure(secure)
        assert error.reason == "TLS failed"
        assert "speaks no TLS" in str(error)
        assert "`ca`" not in str(error)


async def test_where_a_service_has_moved_to_is_said(model):
    async with model() as line, line.call():
        line.faults.append(Fault("status", 308, headers={"Location": "https://new.example.com/v1?key=k"}))
        assert "status 308 (to https://new.example.com/v1); it has moved" in str(await failure(line))


async def test_another_form_of_answer_is_said_to_be_one(model, monkeypatch):
    native = {"message": {"role": "assistant", "content": "hi"}, "done": True}
    monkeypatch.setattr("switchhook_testing_openai.events.whole", lambda *_: native)
    async with model(parameters={"stream": False}) as line, line.call():
        error = await failure(line)
        assert error.reason == "unreadable answer"
        assert "(expected `choices`, got message, done); look at `base_url`" in str(error)


# --- what the model, or a filter before or behind it, does not want to say

FILTERED = Fault("status", 400, code="content_filter")
REFUSING = [
    (FILTERED, "Yes.", "content filter"),
    (Fault("mute", code="content_filter"), "Yes.", "content filter"),
    (Fault("error", code="content_filter"), "Yes.", "content filter"),
    (None, Answer(refusal="I cannot do that."), "refusal"),
]


@pytest.mark.parametrize(("fault", "answer", "reason"), REFUSING, ids=str)
async def test_a_refusal_is_a_failure(model, fault, answer, reason):
    async with model(lambda _: answer) as line, line.call():
        line.faults.extend([fault] if fault else [])
        assert (await failure(line)).reason == reason


@pytest.mark.parametrize(("fault", "answer", "reason"), REFUSING, ids=str)
async def test_a_refusal_may_have_a_text_of_its_own(model, fault, answer, reason):
    async with model(lambda _: answer, refusal="I cannot help with that.") as line, line.call():
        line.faults.extend([fault] if fault else [])
        assert await line.say("hello") == ["I cannot help with that."]


async def test_what_a_filter_refused_is_not_sent_again(model):
    async with model(refusal="I cannot help with that.") as line, line.call():
        line.faults.append(FILTERED)
        await line.say("something obscene")
        await line.say("my balance")
        assert "obscene" not in line.asked[-1].said("user")


async def test_an_answer_that_a_filter_cut_is_said_as_far_as_it_came(model):
    async with model(lambda _: Answer("This is fine. That is", finish="content_filter")) as line, line.call():
        assert await line.say("hello") == ["This is fine."]


async def test_a_service_that_does_not_stream_is_understood(model):
    async with model(parameters={"stream": False}) as line, line.call():
        assert await line.say("hello") == ["You said hello."]
        assert line.reply.context.usage["completion_tokens"] == 3


# --- what logs may show


async def test_no_word_of_the_caller_and_no_key_is_logged(model, caplog):
    caplog.set_level(logging.DEBUG, "switchhook_chat")
    async with model(refusal="I cannot.") as line, line.call():
        line.faults.append(FILTERED)
        await line.say("my secret")
        assert "my secret" not in caplog.text
        assert "emulated-key" not in caplog.text
        assert "content filter" in caplog.text


async def test_a_reason_holds_nothing_that_the_service_said(model):
    async with model() as line, line.call():
        line.faults.append(Fault("status", 400))
        error = await failure(line)
        assert "wanted by the test" in str(error)
        assert "wanted" not in error.reason


async def test_many_calls_lose_no_word(model, assistant):
    async with model(lambda asked: f"{asked.last['content'].split()[-1]} is it.") as line:

        async def talk(number):
            call = line.call_info.seen_by(f"call{number}", None)
            async with line.assistant.open(call) as conversation:
                for turn in range(3):
                    async with conversation.send(line.turn(f"{number}.{turn}")) as reply:
                        heard.append([(f"{number}.{turn}", each.text) async for each in reply])

        heard = []
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(talk, number)
        assert len(heard) == 60
        assert all(text == f"{asked} is it." for ((asked, text),) in heard)
