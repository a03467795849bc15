"""What a model may do, becomes what the call does; what it may not, is not done, whatever it was told."""

import time

import anyio
import pytest
from pydantic import Field

from switchhook import AssistantError, CallInfo
from switchhook_chat import functions
from switchhook_chat.tools import RESULT
from switchhook_testing_openai import Answer, Called

pytestmark = pytest.mark.anyio

TOOLS = {
    "hand_over": ["billing", "support"],
    "end_call": True,
    "set_variables": ["topic", "account"],
    "collect_keys": True,
    "send_keys": True,
    "play": {"jingle": "https://example.com/jingle.wav"},
    "languages": ["es-US"],
}


def calling(*called, text="Of course.", then="There you are."):
    """A model that calls these tools, and says something when it is told what came of them."""

    def answers(asked):
        return then if asked.last["role"] == "tool" else Answer(text, [Called(*each) for each in called])

    return answers


def of_type(line, kind):
    return [each for each in line.heard if not isinstance(each, str) and each.response_type == kind]


def results(line):
    """What the model was told of its tools."""
    return [each["content"] for each in line.asked[-1].messages if each["role"] == "tool"]


async def test_what_is_not_allowed_is_not_offered(model):
    async with model() as line, line.call():
        await line.say("hi")
        assert "tools" not in line.asked[0].body


async def test_what_is_allowed_is_offered_with_what_it_may_be(model):
    async with model(tools=TOOLS) as line, line.call():
        await line.say("hi")
        tools = line.asked[0].tools
        assert [*tools] == [
            *("hand_over", "end_call", "set_variable", "collect_keys", "send_keys", "play", "change_language")
        ]
        assert tools["hand_over"]["parameters"]["properties"]["queue"]["enum"] == ["billing", "support"]


async def test_a_call_is_handed_over_with_a_summary_once_that_was_said(model):
    arguments = {"queue": "billing", "summary": "The bill is too high."}
    async with model(calling(("hand_over", arguments)), tools=TOOLS) as line, line.call():
        said, response = await line.say("my bill")
        assert (said, response.response_type) == ("Of course.", "connect_to_agent")
        assert response.message_to_human_agent == "The bill is too high."
        assert response.transfer_info == {"target": {"queue": {"name": "billing"}}}
        assert len(line.asked) == 1


async def test_without_queues_the_flow_decides(model):
    answers = calling(("hand_over", {"summary": "x"}))
    async with model(answers, tools={"hand_over": []}) as line, line.call():
        *_, response = await line.say("my bill")
        assert response.transfer_info == {}


async def test_a_call_is_ended(model):
    async with model(calling(("end_call",), text=""), tools=TOOLS) as line, line.call():
        (response,) = await line.say("bye")
        assert response.response_type == "end_session"


async def test_a_variable_is_set_beside_those_that_there_are(model):
    arguments = {"name": "topic", "value": "bill"}
    async with model(calling(("set_variable", arguments)), tools=TOOLS) as line, line.call():
        await line.say("my bill", variables={"name": "Ann"})
        assert line.reply.context.variables == {"name": "Ann", "topic": "bill"}
        await line.say("hello")


async def test_without_a_tool_the_variables_stay_as_they_are(model):
    async with model(tools=TOOLS) as line, line.call():
        await line.say("hi", variables={"name": "Ann"})
        assert line.reply.context.variables is None


@pytest.mark.parametrize(
    ("arguments", "parameters"),
    [
        ({"fewest": 4, "most": 4}, {"count": 4, "sensitive": False}),
        (
            {"fewest": 10, "most": 6, "confidential": True},
            {"minimum_count": 6, "maximum_count": 10, "termination_key": "#", "sensitive": True},
        ),
    ],
)
async def test_keys_are_collected(model, arguments, parameters):
    async with model(calling(("collect_keys", arguments)), tools=TOOLS) as line, line.call():
        *_, response = await line.say("my balance")
        assert response.command_info.type == "collect"
        assert response.command_info.parameters == parameters


async def test_collected_keys_become_a_variable_and_are_not_told(model):
    arguments = {"fewest": 4, "most": 4, "variable": "account", "confidential": True}
    async with model(calling(("collect_keys", arguments)), tools=TOOLS) as line, line.call():
        await line.say("my balance")
        line.emulated.model = lambda _: "Thank you."
        await line.say(kind="no_input")
        await line.say("4711", "digits", collected=True, sensitive=True)
        assert line.reply.context.variables == {"account": "4711"}
        assert all("4711" not in str(asked.body) for asked in line.asked)
        await line.say("0815", "digits")
        assert line.reply.context.variables is None


async def test_keys_are_sent_recordings_played_and_languages_changed(model):
    called = [
        ("send_keys", {"keys": "1#"}),
        ("play", {"sound": "jingle"}),
        ("change_language", {"language": "es-US"}),
    ]
    async with model(calling(*called), tools=TOOLS) as line, line.call():
        said, keys, sound, language = await line.say("hi")
        assert keys.command_info.parameters == {"digits": [{"code": 1}, {"code": 11}]}
        assert sound.source == "https://example.com/jingle.wav"
        assert language.user_defined == {"switchhook": {"set_language": "es-US"}}
        assert said == "Of course."


async def test_a_model_that_said_nothing_is_asked_again_for_words(model):
    async with model(calling(("play", {"sound": "jingle"}), text=""), tools=TOOLS) as line, line.call():
        _, said = await line.say("hi")
        assert said == "There you are."
        assert results(line) == ["done"]


@pytest.mark.parametrize(
    "called",
    [
        ("hand_over", {"queue": "ceo", "summary": "x"}),
        ("hand_over", {"queue": "billing", "summary": "x" * 2000}),
        ("hand_over", {"queue": "billing", "summary": "x", "sip": "sip:evil@example.com"}),
        ("hand_over", {"summary": "x"}),
        ("set_variable", {"name": "Intent", "value": "x"}),
        ("collect_keys", {"fewest": 1, "most": 5000}),
        ("collect_keys", {"fewest": 1, "most": 5, "variable": "Intent"}),
        ("send_keys", {"keys": "x"}),
        ("send_keys", {"keys": "1" * 1000}),
        ("play", {"sound": "http://169.254.169.254/"}),
        ("change_language", {"language": "xx"}),
        ("run_shell", {"command": "id"}),
        ("end_call", "no JSON"),
        ("end_call", "[1]"),
        ("end_call", '{"a":' * 3000),
    ],
    ids=str,
)
async def test_what_leaves_the_list_is_not_done_and_the_model_is_told(model, called):
    async with model(calling(called), tools=TOOLS) as line, line.call():
        assert await line.say("do it") == ["Of course.", "There you are."]
        (told,) = results(line)
        assert told.startswith("refused: ")
        assert line.reply.context.variables is None


async def test_a_tool_that_is_not_offered_is_not_run(model):
    arguments = {"summary": "x"}
    async with model(calling(("hand_over", arguments)), tools={"end_call": True}) as line, line.call():
        assert await line.say("do it") == ["Of course.", "There you are."]


@pytest.mark.parametrize(("rounds", "asked"), [(1, 1), (4, 4)])
async def test_tools_in_a_circle_come_to_an_end(model, rounds, asked):
    def answers(_):
        return Answer("", [Called("set_variable", {"name": "topic", "value": "x"})])

    async with model(answers, tools=TOOLS, rounds=rounds) as line, line.call():
        with pytest.raises(AssistantError) as caught:
            await line.say("hi")
        assert (caught.value.reason, len(line.asked)) == ("tools in a circle", asked)
        assert line.asked[-1].body["tool_choice"] == "none"


async def test_in_the_last_round_a_model_can_only_speak(model):
    def answers(asked):
        return "Well." if "tool_choice" in asked.body else Answer("", [Called("set_variable", "{}")])

    async with model(answers, tools=TOOLS, rounds=3) as line, line.call():
        assert await line.say("hi") == ["Well."]
        assert len(line.asked) == 3


async def test_what_was_said_around_a_tool_is_told_in_its_order(model):
    async with model(calling(("set_variable", {}), text="Let me see."), tools=TOOLS) as line, line.call():
        await line.say("hi")
        await line.say("and now")
        *told, _ = [(each["role"], each["content"]) for each in line.asked[-1].messages[2:]]
        assert told[0] == ("assistant", "Let me see.")
        assert told[1][0] == "tool"
        assert told[2] == ("assistant", "There you are.")


async def test_of_an_interrupted_answer_with_tools_only_what_was_heard_is_told(model):
    async with model(calling(("set_variable", {}), text="Let me see."), tools=TOOLS) as line, line.call():
        await line.say("hi")
        await line.say("stop", barged_in=True, heard="Let me")
        assert line.asked[2].said("assistant").strip() == "Let me …"


async def test_what_tools_cost_is_counted_together(model):
    async with model(calling(("set_variable", {})), tools=TOOLS) as line, line.call():
        await line.say("hi")
        assert line.reply.context.usage["completion_tokens"] == 2 + 1 + 3


# --- an author's own functions


def limit(account: str, currency: str = Field("EUR", description="of the account")) -> dict:
    """What a customer may spend."""
    return {"limit": 500, "currency": currency, "account": account}


async def weather(town: str) -> str:
    """Of a town."""
    await anyio.sleep(0)
    return f"dry in {town}"


def whoever(call: CallInfo) -> str:
    return f"{call.ani} {call.variables['name']}"


def broken() -> str:
    raise OSError("secret")


def leaving() -> str:
    raise SystemExit(3)


async def slow() -> str:
    await anyio.sleep(30)
    return "late"


async def short() -> str:
    await anyio.sleep(0.2)
    return "soon"


def blocking() -> str:
    time.sleep(1)
    return "late"


OWN = {each.__name__: each for each in (limit, weather, whoever, broken, leaving, slow, short, blocking)}


@pytest.fixture
def own(monkeypatch, model):
    """A model that calls a function of the author's."""
    monkeypatch.setattr(functions, "_found", OWN.__getitem__)

    def made(name, arguments=None, *, text="", **tools):
        return model(calling((name, arguments or {}), text=text), tools={"functions": [name], **tools})

    return made


async def test_a_function_is_offered_with_a_schema_of_its_types(own):
    async with own("limit") as line, line.call():
        await line.say("hi")
        told = line.asked[0].tools["limit"]
        assert told["description"] == "What a customer may spend."
        assert told["parameters"]["required"] == ["account"]
        assert told["parameters"]["properties"]["account"]["type"] == "string"
        assert told["parameters"]["properties"]["currency"]["description"] == "of the account"


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("limit", {"account": "7"}, '{"limit": 500, "currency": "EUR", "account": "7"}'),
        ("weather", {"town": "Köln"}, "dry in Köln"),
        ("whoever", {}, "+15551234 Ann"),
        ("broken", {}, "failed"),
        ("leaving", {}, "failed"),
    ],
)
async def test_the_model_answers_with_what_a_function_says(own, name, arguments, result):
    async with own(name, arguments) as line, line.call():
        assert await line.say("hi", variables={"name": "Ann"}) == ["There you are."]
        assert results(line) == [result]


async def test_of_what_was_given_in_confidence_no_part_is_told_where_a_result_is_cut(own):
    before = "x" * (RESULT - len("dry in  47"))
    async with own("weather", {"town": f"{before} 4711"}) as line, line.call():
        await line.say("4711", "digits", sensitive=True)
        [result] = results(line)
        assert len(result) == RESULT
        assert "4" not in result


async def test_a_function_is_not_called_with_what_does_not_fit(own):
    async with own("weather", {"town": 5}) as line, line.call():
        await line.say("hi")
        assert results(line) == ["refused: town: Input should be a valid string"]


async def test_what_a_function_raised_stands_in_no_log(own, caplog):
    async with own("broken") as line, line.call():
        await line.say("hi")
        assert "broken raised OSError" in caplog.text
        assert "secret" not in caplog.text


@pytest.mark.parametrize("name", ["slow", "blocking"])
async def test_a_function_that_takes_too_long_is_given_up(own, name):
    async with own(name, timeout=0.1) as line, line.call():
        began = time.monotonic()
        assert await line.say("hi") == ["There you are."]
        assert time.monotonic() - began < 0.9
        assert results(line) == ["failed: it took too long"]


async def test_while_a_function_takes_long_the_caller_is_told(own):
    async with own("short", filler_after=0.05) as line, line.call():
        assert await line.say("hi") == ["One moment, please.", "There you are."]


@pytest.mark.parametrize("more", [{"text": "Let me look."}, {"filler": ""}, {"filler_after": 2}], ids=str)
async def test_there_is_no_filler_where_none_is_needed(own, more):
    async with own("short", **{"filler_after": 0.05, **more}) as line, line.call():
        assert "One moment, please." not in await line.say("hi")


async def test_leaving_the_reply_ends_the_function(own):
    async with own("slow", timeout=20) as line, line.call():
        with anyio.fail_after(2):
            with anyio.move_on_after(0.2):
                await line.say("hi")
            line.emulated.model = lambda _: "Yes."
            assert await line.say("again") == ["Yes."]
        assert results(line) == ["not finished: the caller interrupted"]
