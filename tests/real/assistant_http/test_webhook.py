"""A turn goes in, responses come out."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from switchhook import AssistantError, EndSessionResponse, TextResponse, load_assistant
from switchhook.testing.conformance import check_assistant

from .conftest import SECRET, Stream

pytestmark = pytest.mark.anyio


async def failure(line, text="hello"):
    with pytest.raises(AssistantError) as caught:
        await line.say(text)
    return caught.value


# --- what is sent


async def test_a_turn_says_what_the_caller_did_and_in_which_call(bot):
    async with bot() as line, line.call():
        await line.say()
        await line.say(
            "my bill", confidence=0.5, barged_in=True, heard="Good", failed=("audio",), variables={"id": 7}
        )
        start, speech = (asked.body for asked in line.asked)
        assert start["turn"]["kind"] == "start"
        assert speech == {
            "version": 1,
            "id": "call-2",
            "call": {"id": "call", "conversation_id": "", "connector": "support", "language": "en-US"},
            "turn": {
                "number": 2,
                "kind": "speech",
                "text": "my bill",
                "confidence": 0.5,
                "sensitive": False,
                "length": 7,
                "barged_in": True,
                "heard": "Good",
                "failed": ["audio"],
            },
            "variables": {"id": 7},
        }


async def test_numbers_are_told_where_the_connector_says_so(bot):
    async with bot(tell=["numbers"]) as line, line.call():
        await line.say()
        assert line.asked[0].body["call"]["ani"] == "+15551234"


async def test_only_the_variables_that_are_named_are_told_and_none_is_lost(bot):
    answers = lambda _: {"variables": {"topic": "bill"}}  # noqa: E731
    async with bot(answers, variables=["id"]) as line, line.call():
        await line.say("hi", variables={"id": 7, "card": "4711"})
        assert line.asked[0].body["variables"] == {"id": 7}
        assert line.reply.context.variables == {"id": 7, "card": "4711", "topic": "bill"}


@pytest.mark.parametrize(("tell", "told"), [([], ""), (["sensitive"], "4711")])
async def test_what_was_asked_for_in_confidence_is_told_where_the_connector_says_so(bot, tell, told):
    async with bot(tell=tell) as line, line.call():
        await line.say("4711", "digits", sensitive=True, collected=True, variables={"pin": "4711"})
        (asked,) = line.asked
        assert (asked.body["turn"]["text"], asked.body["turn"]["length"]) == (told, 4)
        assert (b"4711" in asked.raw) == bool(told)


async def test_who_repeats_it_later_tells_it_to_nobody(bot):
    async with bot() as line, line.call():
        await line.say("4711", "digits", sensitive=True)
        await line.say("it was 4 7 1 1", heard="You keyed 47 11", variables={"note": {"pin": 4711}})
        assert line.asked[1].body["turn"]["text"] == "it was ••••"
        assert line.asked[1].body["turn"]["heard"] == "You keyed ••••"
        assert line.asked[1].body["variables"] == {"note": {"pin": "••••"}}


# --- the signature


async def test_who_verifies_standard_webhooks_verifies_these(bot):
    async with bot(secret=SECRET) as line, line.call():
        await line.say("größe")
        (asked,) = line.asked
        assert Webhook(SECRET).verify(asked.raw, asked.headers) == asked.body


@pytest.mark.parametrize("change", ["body", "id", "time", "key"])
async def test_a_receiver_refuses_what_was_changed(bot, change):
    async with bot(secret=SECRET) as line, line.call():
        await line.say("hello")
        (asked,) = line.asked
        raw, headers, secret = asked.raw, dict(asked.headers), SECRET
        if change == "body":
            raw = raw.replace(b"hello", b"hallo")
        elif change == "id":
            headers["webhook-id"] = "call-3"
        elif change == "time":
            headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
        else:
            secret = "whsec_" + "A" * 32
        with pytest.raises(Exception, match="No matching signature"):
            Webhook(secret).verify(raw, headers)


async def test_a_receiver_refuses_what_is_old(bot, monkeypatch):
    old = datetime.now(UTC) - timedelta(minutes=6)
    monkeypatch.setattr("time.time", old.timestamp)
    async with bot(secret=SECRET) as line, line.call():
        await line.say("hello")
        (asked,) = line.asked
        with pytest.raises(Exception, match="too old"):
            Webhook(SECRET).verify(asked.raw, asked.headers)


async def test_a_token_is_sent_as_a_bearers(bot):
    async with bot(token="t0k") as line, line.call():
        await line.say("hello")
        assert line.asked[0].headers["authorization"] == "Bearer t0k"


# --- what comes back

END = {"response_type": "end_session"}


@pytest.mark.parametrize(
    "answer",
    [
        {"responses": ["Goodbye.", END]},
        ["Goodbye.", END],
        Stream(["Goodbye.", END]),
        Stream([["Goodbye."], {"responses": [END]}]),
        Stream([b'"Good', b'bye."\r\n\n', b'{"response_type": "end_session"}']),
        Stream(["Goodbye.", END], "application/jsonl; charset=utf-8"),
    ],
)
async def test_an_answer_may_be_whole_or_in_lines(bot, answer):
    async with bot(lambda _: answer) as line, line.call():
        text, end = await line.say("bye")
        assert text == "Goodbye."
        assert isinstance(end, EndSessionResponse)


async def test_a_line_is_spoken_while_the_next_is_made(bot):
    async with (
        bot(lambda _: Stream(["One.", 30.0, "Two."])) as line,
        line.call(),
        line.conversation.send(line.turn("hello")) as reply,
    ):
        async for response in reply:
            assert response == TextResponse(response_type="text", text="One.")
            break


async def test_an_answer_says_what_the_call_goes_on_with(bot):
    told = {"matched": False, "follow_up": True, "post_response_timeout": 3, "record": {"intent": "bill"}}
    async with bot(lambda _: Stream([told, "What?", {"final_utterance_timeout": 9}])) as line, line.call():
        assert await line.say("hm") == ["What?"]
        context = line.reply.context
        assert (line.reply.matched, context.follow_up, context.custom_data) == (
            False,
            True,
            {"intent": "bill"},
        )
        assert (context.post_response_timeout, context.final_utterance_timeout) == (3, 9)
        assert context.variables is None


async def test_an_answer_may_have_nothing_to_say(bot):
    async with bot(lambda _: web.Response(status=204)) as line, line.call():
        assert await line.say("hm") == []


# --- interruptions


async def test_who_interrupts_ends_the_request_and_what_he_heard_is_told(bot):
    def answers(asked):
        return Stream(["One.", 30.0, "Two."]) if asked.body["turn"]["number"] == 1 else []

    async with bot(answers) as line, line.call():
        got = []
        async with line.conversation.send(line.turn("hello")) as reply:
            async for response in reply:
                got.append(response.text)
                reply.interrupt()
        assert got == ["One."]
        await line.say("stop", barged_in=True, heard="One.")
        assert line.bot.left == 1
        assert line.asked[1].body["turn"]["heard"] == "One."


# --- failures

BUSY = [web.HTTPTooManyRequests, web.HTTPServiceUnavailable, web.HTTPBadGateway, web.HTTPInternalServerError]


@pytest.mark.parametrize("status", BUSY)
async def test_a_second_try_has_the_same_turn_and_is_not_noticed(bot, status):
    answers = iter([status(), ["Here I am."]])
    async with bot(lambda _: next(answers), secret=SECRET) as line, line.call():
        assert await line.say("hello") == ["Here I am."]
        first, second = line.asked
        assert first.headers["webhook-id"] == second.headers["webhook-id"] == "call-1"
        assert first.raw == second.raw
        assert Webhook(SECRET).verify(second.raw, second.headers)


@pytest.mark.parametrize(
    ("answer", "reason", "tries"),
    [
        (lambda: web.Response(status=503), "status 503", 2),
        (lambda: web.Response(status=503, headers={"retry-after": "20"}), "status 503", 1),
        (lambda: web.Response(status=401), "status 401", 1),
        (lambda: web.Response(status=302, headers={"location": "/turn"}), "status 302", 1),
        (lambda: web.Response(text="<html>log in</html>", content_type="text/html"), "unreadable answer", 1),
        (lambda: web.Response(text="{", content_type="application/json"), "unreadable answer", 1),
        (lambda: web.Response(text="[" * 99_999, content_type="application/json"), "unreadable answer", 1),
        (lambda: web.Response(text="7", content_type="application/json"), "unreadable answer", 1),
        (lambda: {"response": ["a misspelt key"]}, "unreadable answer", 1),
        (lambda: {"responses": "no list"}, "unreadable answer", 1),
        (lambda: ["x" * 10_000_000], "unreadable answer", 1),
        (lambda: Stream([b"x" * 10_000_000]), "unreadable answer", 1),
        (lambda: Stream(["x" * 1_000_000] * 10), "unreadable answer", 1),
        (lambda: Stream([30.0, "late"]), "no answer in time", 1),
        (lambda: Stream([each for _ in range(99) for each in (b" ", 0.1)]), "no answer in time", 1),
    ],
)
async def test_what_stays_fails_the_turn_with_a_reason(bot, answer, reason, tries):
    async with bot(lambda _: answer(), timeout=0.5) as line, line.call():
        error = await failure(line)
        assert (error.reason, len(line.asked)) == (reason, tries)


async def test_a_field_that_is_null_is_not_there(bot):
    answer = {
        "responses": ["Hello."],
        **dict.fromkeys(("variables", "matched", "follow_up", "post_response_timeout", "record")),
    }
    async with bot(lambda _: answer) as line, line.call():
        assert await line.say("hello") == ["Hello."]
        assert (line.reply.matched, line.reply.context.follow_up) == (True, False)


async def test_an_answer_without_an_end_is_cut_and_said_to_be(bot, caplog):
    async with bot(lambda _: Stream(f"{number}." for number in range(10**9))) as line, line.call():
        assert len(await line.say("hello")) == 200
        assert "too long" in caplog.text


async def test_no_word_of_anybody_and_no_secret_is_logged(bot, caplog):
    caplog.set_level("DEBUG", "switchhook_assistant_http")
    async with bot(lambda _: web.Response(status=400, text="my balance"), secret=SECRET) as line, line.call():
        error = await failure(line, "my balance")
        assert "my balance" in str(error)
        assert "my balance" not in error.reason + caplog.text
        assert SECRET not in str(error) + caplog.text


async def test_a_private_address_is_refused_unless_it_is_said_to_be_one(bot):
    async with bot(private=False, url="https://localhost:9/turn") as line, line.call():
        error = await failure(line)
        assert error.reason == "cannot connect"
        assert "private = true" in str(error)


# --- what it may bring

HAND_OVER = {
    "response_type": "connect_to_agent",
    "transfer_info": {"target": {"queue": {"name": "billing"}}},
}
COMMAND = {"response_type": "user_defined", "user_defined": {"vgwAction": {"command": "vgwActTransfer"}}}
OUTPUT = {"genesys_audio_connector": {"output_variables": {"vip": "yes"}}}


@pytest.mark.parametrize(
    ("allow", "response", "done"),
    [
        ({}, COMMAND, True),
        ({"responses": ["text"]}, HAND_OVER, False),
        ({"hand_over": ["billing"]}, HAND_OVER, True),
        ({"hand_over": ["support"]}, HAND_OVER, False),
        ({"hand_over": []}, {"response_type": "connect_to_agent"}, False),
        ({"hand_over": ["billing"]}, COMMAND, False),
        ({"hand_over": ["billing"], "responses": ["text", "user_defined"]}, COMMAND, True),
        ({"variables": ["topic"]}, {**END, "channel_options": OUTPUT}, False),
        ({"variables": ["topic"]}, COMMAND, False),
        ({"variables": ["topic"]}, END, True),
        ({"responses": ["text", "end_session"]}, END, True),
    ],
)
async def test_what_is_not_allowed_is_not_done_and_reported(bot, caplog, allow, response, done):
    async with bot(lambda _: ["Well.", response], allow=allow) as line, line.call():
        assert len(await line.say("hello")) == 1 + done
        assert ("that it may not" in caplog.text) != done


async def test_a_variable_that_is_not_allowed_is_not_set(bot, caplog):
    answers = lambda _: {"variables": {"vip": True, "topic": "bill"}}  # noqa: E731
    async with bot(answers, allow={"variables": ["topic"]}) as line, line.call():
        await line.say("hello", variables={"vip": False})
        assert line.reply.context.variables == {"vip": False, "topic": "bill"}
        assert "vip" in caplog.text


# --- the contract


async def test_the_plugin_is_found_by_its_name_and_keeps_the_contract(bot):
    async with bot() as line:
        found = load_assistant("http", {"url": line.bot.url, "private": True})
        await check_assistant(lambda: found)
        assert len(line.asked) > 1


async def test_a_connection_is_ready_before_the_first_call(bot):
    async with bot() as line:
        await line.assistant.warm()
        async with line.call():
            assert await line.say("hello") == ["You said hello."]


async def test_many_calls_lose_no_word(bot):
    async with bot() as line:

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
        assert all(text == f"You said {said}." for ((said, text),) in heard)
