"""What a caller is spared, and what the call is told."""

import logging

import pytest

from switchhook import AssistantError
from switchhook_testing_watson import Fault

pytestmark = pytest.mark.anyio


async def failure(line, text="hello"):
    with pytest.raises(AssistantError) as caught:
        await line.say(text)
    return caught.value


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", 503),
        Fault("status", 429, headers={"Retry-After": "0"}),
        Fault("status", 429),
        Fault("status", 401),
        Fault("reset"),
        Fault("reset", phase="connect"),
        Fault("hang"),
    ],
)
@pytest.mark.parametrize("way", [{}, {"stream": True}])
async def test_one_failure_is_not_noticed(watson, fault, way):
    async with watson(timeout=0.25, **way) as line, line.call():
        await line.say()
        line.faults.append(fault)

        assert await line.say("hello") == ["reply to hello"]
        assert len(line.messages) == 3


@pytest.mark.parametrize(
    ("fault", "reason", "tries"),
    [
        (Fault("status", 503, times=9), "status 503", 2),
        (Fault("status", 429, times=9, headers={"Retry-After": "3"}), "status 429", 1),
        (Fault("status", 401, times=9), "status 401", 2),
        (Fault("status", 500, times=9), "status 500", 1),
        (Fault("status", 400, times=9), "status 400", 1),
        (Fault("status", 422, times=9), "status 422", 1),
        (Fault("reset", times=9), "connection broke", 2),
        (Fault("hang", times=9), "no answer in time", 2),
        (Fault("garbage", times=9), "unreadable answer", 1),
    ],
)
async def test_what_stays_fails_the_turn_with_a_reason(watson, fault, reason, tries):
    async with watson(timeout=0.2) as line, line.call():
        await line.say()
        line.faults.append(fault)
        error = await failure(line)
        line.faults.clear()

        assert error.reason == reason
        assert len(line.messages) == 1 + tries
        assert "hello" not in str(error)
        assert await line.say("again") == ["reply to again"]


async def test_a_refused_token_is_replaced(watson):
    async with watson() as line, line.call():
        await line.say()
        line.emulated.behaviour.revoke_tokens()

        assert await line.say("hello") == ["reply to hello"]


# --- sessions that are lost


async def test_a_lost_session_costs_no_word_and_no_second_welcome(watson, memory):
    behind = memory(
        lambda turn: [turn.text or "welcome"], variables=lambda turn: {**turn.variables, "pin": "kept"}
    )
    async with watson(behind) as line, line.call():
        await line.say()
        line.emulated.behaviour.expire_sessions()

        assert await line.say("hello", variables={"user_id": "42"}) == ["hello"]
        assert await line.say("more") == ["more"]
        assert [turn.text for turn in behind.turns] == ["", "hello", "more"]
        assert len(line.seen("POST", "/sessions")) == 2

    restored = line.messages[2]["context"]["integrations"]
    assert restored["voice_telephony"]["sip_call_id"] == "conversation"
    assert restored["genesys_audio_connector"] == {"user_id": "42"}


async def test_the_new_session_is_the_one_that_is_deleted(watson):
    async with watson() as line:
        async with line.call():
            await line.say()
            line.emulated.behaviour.expire_sessions()
            await line.say("hello")

        assert line.emulated.open_sessions == 0


async def test_a_session_lost_before_the_greeting_tells_the_numbers_again(watson):
    async with watson() as line, line.call():
        line.emulated.behaviour.expire_sessions()
        assert await line.say() == ["welcome"]

    assert line.messages[1]["context"]["integrations"]["voice_telephony"]["sip_call_id"] == "conversation"


async def test_a_follow_up_in_a_lost_session_says_nothing_rather_than_welcome(watson):
    async with watson() as line, line.call():
        await line.say()
        line.emulated.behaviour.expire_sessions()

        assert await line.say("", "follow_up") == []
        assert await line.say("hello") == ["reply to hello"]


async def test_a_second_loss_in_one_turn_fails_it(watson):
    async with watson() as line, line.call():
        await line.say()
        line.faults.append(Fault("status", 404, times=9, path="/message"))

        assert (await failure(line)).reason == "status 404"
        assert len(line.seen("POST", "/sessions")) == 2


# --- opening


async def refusal(line):
    with pytest.raises(AssistantError) as caught:
        async with line.call():
            pass
    return caught.value


@pytest.mark.parametrize("fault", [Fault("status", 503), Fault("reset"), Fault("hang")])
async def test_a_session_is_asked_for_twice(watson, fault):
    async with watson(timeout=0.25) as line:
        line.faults.append(fault)
        async with line.call():
            assert await line.say() == ["welcome"]


async def test_a_wrong_id_says_which_ids_there_are(watson):
    async with watson(environment_id="00000000-0000-4000-8000-000000000000") as line:
        error = await refusal(line)

    assert error.reason == "status 404"
    assert "`environment_id`" in str(error)


async def test_a_wrong_key_says_so(watson):
    async with watson(api_key="wrong") as line:
        error = await refusal(line)

    assert error.reason == "no token: status 400"
    assert "API key" in str(error)
    assert "wrong" not in error.reason


async def test_a_session_without_a_name_is_none(watson):
    async with watson() as line:
        line.faults.append(Fault("garbage"))

        assert (await refusal(line)).reason == "unreadable answer"


async def test_an_untrusted_certificate_says_how_to_trust_it(watson, monkeypatch):
    async with watson(ca=None) as line:
        error = await refusal(line)

    assert "TLS failed" in error.reason
    assert "`ca`" in str(error)


# --- streams


async def test_a_stream_that_breaks_fails_the_turn_after_what_was_said(watson, memory):
    async with watson(memory(lambda _: ["one", 0.05, "two"]), stream=True, timeout=1) as line, line.call():
        line.faults.append(Fault("reset", phase="middle", after=240))
        error = await failure(line)

    assert line.heard == ["one"]
    assert error.reason == "connection broke"


async def test_a_stream_that_stops_fails_the_turn_in_time(watson, memory):
    async with watson(memory(lambda _: ["one", "two"]), stream=True, timeout=0.3) as line, line.call():
        line.faults.append(Fault("hang", phase="middle", after=240))
        error = await failure(line)

    assert (line.heard[:1], error.reason) == (["one"], "no answer in time")


async def test_a_stream_without_end_is_left(watson, memory, monkeypatch):
    monkeypatch.setattr("switchhook_assistant_watson.streaming.LONGEST", 0.1)
    async with watson(memory(lambda _: [*["one", 0.01] * 100]), stream=True) as line, line.call():
        assert (await failure(line)).reason == "no answer in time"


async def test_a_stream_that_is_none_fails_the_turn(watson):
    async with watson(stream=True) as line, line.call():
        line.faults.append(Fault("wrong_type", path="/message_stream"))

        assert (await failure(line)).reason == "unreadable answer"


async def test_nothing_of_a_call_is_logged(watson, caplog):
    caplog.set_level(logging.DEBUG, "switchhook_assistant_watson")
    caplog.set_level(logging.DEBUG, "switchhook_watson")
    async with watson() as line, line.call():
        await line.say("my secret")
        line.emulated.behaviour.expire_sessions()
        await line.say("my secret", variables={"pin": "1234"})

    assert "secret" not in caplog.text
    assert "1234" not in caplog.text
    assert "session was lost" in caplog.text
