"""Turns and replies, whichever way they are exchanged."""

from dataclasses import replace

import anyio
import pytest

from switchhook import AssistantError, CallInfo, ReplyContext, UnknownResponse
from switchhook.testing.conformance import check_assistant

from .conftest import CALL

pytestmark = pytest.mark.anyio

WAYS = [{}, {"stateless": True}, {"stream": True}, {"stateless": True, "stream": True}]


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_an_assistant(watson, memory, way):
    echo = memory(
        lambda turn: ["welcome" if not turn.text else turn.text], variables=lambda turn: dict(turn.variables)
    )
    async with watson(echo, **way) as line:
        replies = await check_assistant(lambda: line.assistant, ["hello", "goodbye"])

    assert [[each.text for each in reply] for reply in replies] == [["welcome"], ["hello"], ["goodbye"]]


@pytest.mark.parametrize("way", WAYS)
async def test_session_variables_go_and_come_on_every_turn(watson, memory, way):
    count = memory(lambda turn: ["ok"], variables=lambda turn: {**turn.variables, "turn": turn.number})
    async with watson(count, **way) as line, line.call():
        for number in (1, 2, 3):
            await line.say("x" * (number > 1), variables={"user_id": "42"})
            assert line.reply.context.variables == {"user_id": "42", "turn": number}

    assert all(each["input"]["options"]["return_context"] for each in line.messages)
    assert all(
        each["context"]["integrations"]["genesys_audio_connector"]["user_id"] == "42"
        for each in line.messages
    )


async def test_the_greeting_is_one_message_with_empty_text_and_the_numbers(watson):
    async with watson() as line, line.call():
        assert await line.say() == ["welcome"]

    (message,) = line.messages
    telephony = message["context"]["integrations"]["voice_telephony"]
    assert message["input"]["text"] == ""
    assert telephony["sip_call_id"] == "conversation"
    assert telephony["assistant_phone_number"] == "+18005550"
    assert telephony["private"] == {"user_phone_number": "+15551234"}
    assert message["context"]["integrations"]["channel"]["private"]["user"]["phone_number"] == "+15551234"


async def test_the_numbers_are_told_once(watson):
    async with watson() as line, line.call():
        await line.say()
        await line.say("hello")

    integrations = line.messages[1]["context"]["integrations"]
    assert integrations["voice_telephony"] == {
        "post_response_timeout_occurred": False,
        "final_utterance_timeout_occurred": False,
    }
    assert "channel" not in integrations


async def test_a_flag_that_was_true_is_false_again_on_the_next_turn(watson):
    async with watson() as line, line.call():
        await line.say("", "no_input")
        await line.say("hello")

    flags = [
        each["context"]["integrations"]["voice_telephony"]["post_response_timeout_occurred"]
        for each in line.messages
    ]
    assert flags == [True, False]


@pytest.mark.parametrize("way", WAYS)
async def test_every_kind_of_response_comes_as_it_is(watson, memory, way):
    items = [
        {"response_type": "text", "text": "one", "channels": [{"channel": "voice_telephony"}]},
        {"response_type": "dtmf", "command_info": {"type": "collect", "parameters": {"count": "4"}}},
        {"response_type": "pause", "time": 500},
        {"response_type": "text", "text": "one", "channels": [{"channel": "voice_telephony"}]},
        {"response_type": "end_session"},
    ]
    async with watson(memory(lambda _: items), **way) as line, line.call():
        got = []
        async with line.conversation.send(line.turn()) as reply:
            async for response in reply:
                dumped = response.model_dump(exclude_unset=True)
                got.append(dumped["raw"] if isinstance(response, UnknownResponse) else dumped)

    assert got == items


@pytest.mark.parametrize("way", WAYS)
async def test_timers_and_a_follow_up_are_read_from_the_same_reply(watson, memory, way):
    context = ReplyContext(post_response_timeout=1.5, final_utterance_timeout=9.0, follow_up=True)
    asks = memory(lambda _: ["one moment"], context=lambda _: replace(context))
    async with watson(asks, **way) as line, line.call():
        await line.say()

    assert replace(line.reply.context, variables=None) == context


async def test_a_follow_up_is_an_empty_text(watson):
    async with watson() as line, line.call():
        await line.say()
        await line.say("", "follow_up")

    assert line.messages[1]["input"]["text"] == ""
    assert line.behind.turns[1].kind == "follow_up"


async def test_a_stream_hands_out_responses_as_they_are_made(watson, memory):
    slow = memory(lambda _: ["at once", 30.0, "never"])
    async with watson(slow, stream=True) as line, line.call():
        with anyio.fail_after(10):
            async with line.conversation.send(line.turn()) as reply:
                assert (await anext(aiter(reply))).text == "at once"


@pytest.mark.parametrize("way", [{}, {"stream": True}])
async def test_leaving_a_reply_cancels_its_request_and_the_next_turn_works(watson, memory, way):
    slow = memory(lambda turn: [30.0] if turn.text == "slow" else [turn.text])
    async with watson(slow, **way) as line, line.call():
        with anyio.move_on_after(0.3):
            await line.say("slow")
        with anyio.fail_after(5):
            while slow.open_replies:
                await anyio.sleep(0.005)
            assert await line.say("fast") == ["fast"]


async def test_two_turns_at_once_are_refused(watson):
    async with watson() as line, line.call(), line.conversation.send(line.turn()):
        with pytest.raises(AssistantError):
            await line.say("another")


async def test_silence_is_no_match(watson, memory):
    async with watson(memory(lambda turn: [turn.text] if turn.text else [])) as line, line.call():
        await line.say()
        assert line.reply.matched is False
        await line.say("hello")
        assert line.reply.matched is True


async def test_one_session_for_a_call_that_is_deleted_after_it(watson):
    async with watson() as line:
        async with line.call():
            await line.say()
            await line.say("hello")
            assert line.emulated.open_sessions == 1

        assert len(line.seen("POST", "/sessions")) == 1
        assert line.emulated.open_sessions == 0


async def test_a_session_is_deleted_though_the_call_is_cancelled(watson):
    async with watson() as line:
        with anyio.CancelScope() as scope:
            async with line.call():
                scope.cancel()
                await anyio.sleep_forever()

        assert line.emulated.open_sessions == 0


async def test_a_delete_that_hangs_holds_nobody_up(watson, monkeypatch):
    monkeypatch.setattr("switchhook_assistant_watson.api.FAREWELL", 0.05)
    from switchhook_testing_watson import Fault

    async with watson() as line, line.call():
        line.faults.append(Fault("hang"))


async def test_stateless_needs_no_session_and_keeps_one_id(watson):
    async with watson(stateless=True) as line, line.call():
        await line.say()
        await line.say("hello")

    ids = {each["context"]["global"]["session_id"] for each in line.messages}
    assert len(ids) == 1
    assert not line.seen("POST", "/sessions")
    assert line.messages[1]["context"]["integrations"]["voice_telephony"]["sip_call_id"] == "conversation"


async def test_the_older_paths_take_an_environment_s_id(watson):
    environment = "33333333-0000-4000-8000-000000000003"
    async with watson(assistant_id=environment, environment_id=None) as line, line.call():
        assert await line.say() == ["welcome"]

    assert f"/v2/assistants/{environment}/sessions" in line.seen("POST", "/sessions")[0].path


async def test_a_caller_is_billed_by_a_hash(watson):
    async with watson() as line, line.call():
        await line.say()

    assert line.messages[0]["user_id"] == "8b4f543df076ed523041554c3fc013ee"  # md5 of +15551234


@pytest.mark.parametrize(("way", "call"), [({"user_id": "call"}, {}), ({}, {"ani": ""})])
async def test_or_a_call_by_its_id(watson, way, call):
    async with watson(**way) as line:
        info = CallInfo("call", "support", conversation_id="conversation", **{"ani": "+1555", **call})
        async with line.call(info):
            await line.say()

    assert line.messages[0]["user_id"] == "conversation"


@pytest.mark.parametrize("way", [{}, {"stream": True}])
async def test_one_connection_serves_turn_after_turn(watson, way):
    async with watson(**way) as line, line.call():
        for _ in range(3):
            await line.say("hello")
        assert line.assistant._service.http._client.idle == 1


@pytest.mark.parametrize("way", WAYS)
async def test_the_language_is_told_with_every_turn_as_it_is_then(watson, way):
    call = replace(CALL, language="en-US")
    async with watson(**way) as line, line.call(call):
        await line.say()
        call.speaks("es-US")
        await line.say("hola")

    assert [each["context"]["global"]["system"]["locale"] for each in line.messages] == ["en-us", "es-es"]


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("2023-06-15", "2023-06-15"),
        ("", "2024-08-25"),
        ("2023-13-15", "2024-08-25"),
        ("20230615", "2024-08-25"),
        ("beta", "2024-08-25"),
    ],
)
@pytest.mark.parametrize("way", WAYS[:2])
async def test_a_call_is_in_the_version_of_the_api_that_its_address_names(watson, way, asked, version):
    async with watson(**way) as line, line.call(replace(CALL, api_version=asked)):
        await line.say()

    assert {each.query["version"] for each in line.emulated.log if each.service == "assistant"} == {version}


async def test_two_calls_may_be_in_two_versions(watson):
    async with watson() as line:
        for asked in ("2023-06-15", "2024-01-01"):
            async with line.call(replace(CALL, api_version=asked)):
                await line.say()

    asked_for = [each.query["version"] for each in line.emulated.log if "/message" in each.path]
    assert asked_for == ["2023-06-15", "2024-01-01"]
