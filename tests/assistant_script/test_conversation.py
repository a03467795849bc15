"""Turns through a script."""

import logging

import pytest
import trio
from trio.testing import MockClock

from switchhook import (
    AssistantError,
    CallInfo,
    EndSessionResponse,
    TextResponse,
    Turn,
    UnknownResponse,
)
from switchhook_assistant_script.conversation import ScriptAssistant
from switchhook_assistant_script.loading import parse

pytestmark = pytest.mark.anyio

PREFIX = "system_integrations.genesys_audio_connector"
BANK = """\
fallback = { responses = ["What?"] }
no_input = { responses = ["Hello?"] }

[steps.greeting]
responses = ["Hello ${system_integrations.genesys_audio_connector.user_id}."]
next = ["balance", "agent"]

[steps.balance]
phrases = ["my balance"]
responses = ["Your PIN?"]
fallback = { responses = ["Four digits, please."] }
no_input = { responses = ["Your PIN, please."] }
next = ["pin", "agent"]

[steps.pin]
digits = { length = 4, variable = "pin" }
responses = ["Thank you."]
set = '${system_integrations.genesys_audio_connector.some_variable} = "this is an output variable"'

[steps.agent]
phrases = ["agent", "speak to an agent"]
responses = ["One moment.", { response_type = "end_session" }]
"""


@pytest.fixture
def anyio_backend():
    return "trio", {"clock": MockClock(autojump_threshold=0)}


class Caller:
    """Says things to a script, and keeps what core would keep."""

    def __init__(self, conversation, variables):
        self.conversation, self.variables = conversation, variables
        self.number, self.matched, self.context = 0, None, None

    async def turn(self, kind, text, **fields):
        self.number += 1
        turn = Turn(self.number, kind, text, variables=self.variables, **fields)
        async with self.conversation.send(turn) as reply:
            responses = [response async for response in reply]
        self.matched, self.context, self.variables = reply.matched, reply.context, reply.context.variables
        return [getattr(response, "text", response) for response in responses]

    async def start(self):
        return await self.turn("start", "")

    async def say(self, text):
        return await self.turn("speech", text)

    async def key(self, key):
        return await self.turn("digits", key)

    async def be_silent(self):
        return await self.turn("no_input", "")


async def caller(script=BANK, *said, **variables):
    """One who was greeted and has said some things already."""
    async with ScriptAssistant(parse(script, "bank.toml")).open(CallInfo("call-1", "bank")) as conversation:
        somebody = Caller(conversation, {"user_id": "42", **variables})
        await somebody.start()
        for text in said:
            await somebody.say(text)
        return somebody


# --- the way through the steps


async def test_the_first_step_answers_the_greeting_turn():
    async with ScriptAssistant(parse(BANK, "bank.toml")).open(CallInfo("call-1", "bank")) as conversation:
        assert await Caller(conversation, {"user_id": "42"}).start() == ["Hello 42."]


async def test_what_was_said_leads_to_the_step_with_the_nearest_phrase():
    somebody = await caller()

    assert await somebody.say("My balance!") == ["Your PIN?"]
    assert somebody.matched


async def test_every_response_of_a_step_comes_in_its_type():
    _, end = await (await caller()).say("agent")

    assert isinstance(end, EndSessionResponse)


async def test_only_the_next_steps_are_possible():
    somebody = await caller(BANK, "my balance")

    assert await somebody.say("my balance") == ["Four digits, please."]


async def test_without_next_every_step_with_phrases_is_possible():
    somebody = await caller(BANK, "my balance", "one two three four")

    assert await somebody.say("my balance") == ["Your PIN?"]


async def test_what_was_not_understood_gets_the_fallback_and_is_reported():
    somebody = await caller()

    assert await somebody.say("the weather") == ["What?"]
    assert not somebody.matched


async def test_after_a_fallback_the_same_steps_are_possible():
    somebody = await caller(BANK, "the weather")

    assert await somebody.say("my balance") == ["Your PIN?"]


async def test_silence_gets_the_no_input_answer():
    somebody = await caller()

    assert await somebody.be_silent() == ["Hello?"]
    assert somebody.matched


async def test_a_step_may_answer_silence_itself():
    assert await (await caller(BANK, "my balance")).be_silent() == ["Your PIN, please."]


async def test_a_script_without_fallback_says_nothing():
    somebody = await caller('[steps.greeting]\nresponses = ["Hello."]')

    assert await somebody.say("anything") == []


async def test_an_option_that_was_chosen_counts_by_its_input():
    somebody = await caller()

    assert await somebody.turn("digits", "1", input={"text": "my balance"}) == ["Your PIN?"]


@pytest.mark.parametrize("sent", [{"intents": []}, {"text": None}, {"text": 7}, {}])
async def test_an_option_whose_input_has_no_text_is_not_understood(sent):
    assert await (await caller()).turn("digits", "1", input=sent) == ["What?"]


async def test_a_conversation_may_begin_in_the_middle_when_another_assistant_failed():
    async with ScriptAssistant(parse(BANK, "bank.toml")).open(CallInfo("call-1", "bank")) as conversation:
        assert await Caller(conversation, {}).say("my balance") == ["Your PIN?"]


async def test_calls_do_not_share_their_place():
    assistant = ScriptAssistant(parse(BANK, "bank.toml"))
    async with assistant.open(CallInfo("1", "bank")) as one, assistant.open(CallInfo("2", "bank")) as two:
        await Caller(one, {}).say("my balance")

        assert await Caller(two, {}).say("one two three four") == ["What?"]


# --- digits


async def test_spoken_digits_fill_the_slot_that_the_step_asks_for():
    somebody = await caller(BANK, "my balance")

    assert await somebody.say("Four, two, for to.") == ["Thank you."]
    assert somebody.variables["pin"] == "4242"


async def test_digits_count_only_where_they_are_asked_for():
    assert await (await caller()).say("one two three four") == ["What?"]


async def test_keyed_digits_are_collected_in_silence():
    somebody = await caller(BANK, "my balance")

    answers = [await somebody.key(key) for key in "1234"]

    assert answers == [[], [], [], ["Thank you."]]
    assert somebody.variables["pin"] == "1234"


async def test_a_number_said_in_two_parts_is_understood():
    somebody = await caller(BANK, "my balance", "one two")

    assert await somebody.say("three four") == ["Thank you."]
    assert somebody.variables["pin"] == "1234"


async def test_speech_that_came_to_no_end_is_not_understood():
    somebody = await caller(BANK)

    await somebody.turn("no_final", "")
    assert somebody.matched is False


async def test_silence_ends_a_number_of_open_length():
    somebody = await caller(BANK.replace("length = 4", "min = 2, max = 6"), "my balance")
    await somebody.key("1")
    await somebody.key("2")

    assert await somebody.be_silent() == ["Thank you."]
    assert somebody.variables["pin"] == "12"


async def test_silence_forgets_a_number_that_is_too_short():
    somebody = await caller(BANK, "my balance", "one two")

    assert await somebody.be_silent() == ["Your PIN, please."]
    assert await somebody.say("three four") == []


async def test_a_number_of_the_wrong_length_is_not_understood():
    assert await (await caller(BANK, "my balance")).say("one two three four five") == ["Four digits, please."]


async def test_words_still_count_where_digits_are_asked_for():
    assert (await (await caller(BANK, "my balance")).say("agent"))[0] == "One moment."


async def test_other_words_forget_a_number_that_is_too_short():
    somebody = await caller(BANK, "my balance", "one two", "the weather")

    assert await somebody.say("three four") == []


async def test_one_number_may_follow_another():
    account = '[steps.account]\ndigits = { min = 4, max = 6, variable = "account" }\nnext = ["pin"]\n'
    script = BANK.replace('next = ["pin", "agent"]', 'next = ["account"]') + account
    somebody = await caller(script, "my balance", "one two", "three four", "five six")

    assert await somebody.say("seven eight") == ["Thank you."]
    assert (somebody.variables["account"], somebody.variables["pin"]) == ("1234", "5678")


async def test_a_slot_without_variable_keeps_nothing():
    somebody = await caller(BANK.replace(', variable = "pin"', ""), "my balance", "one two three four")

    assert "1234" not in somebody.variables.values()


# --- variables


async def test_all_variables_come_back_and_those_that_were_set_among_them():
    somebody = await caller(BANK, "my balance", "one two three four")

    assert somebody.variables == {
        "user_id": "42",
        "pin": "1234",
        "some_variable": "this is an output variable",
    }


async def test_what_changed_on_the_other_side_is_seen_at_the_next_turn():
    somebody = await caller(BANK.replace("One moment.", f"One moment, ${{{PREFIX}.user_id}}."))
    somebody.variables = {"user_id": "43"}

    assert (await somebody.say("agent"))[0] == "One moment, 43."


async def test_a_variable_that_is_set_is_read_in_the_same_turn():
    script = f"""
        [steps.greeting]
        set = ['${{{PREFIX}.a}} = "x"', '${{{PREFIX}.b}} = "${{{PREFIX}.a}}y"']
        responses = ["${{{PREFIX}.b}}"]
    """

    assert (await caller(script)).variables == {"user_id": "42", "a": "x", "b": "xy"}


async def test_null_takes_a_variable_out():
    somebody = await caller(f"[steps.greeting]\nset = '${{{PREFIX}.user_id}} = null'")

    assert somebody.variables == {}


async def test_the_variables_of_a_turn_are_not_changed_in_place():
    given = {"user_id": "42"}
    async with ScriptAssistant(parse(BANK, "bank.toml")).open(CallInfo("call-1", "bank")) as conversation:
        somebody = Caller(conversation, given)
        await somebody.say("my balance")
        await somebody.say("one two three four")

    assert given == {"user_id": "42"}


async def test_an_unset_variable_is_warned_about_by_name_only(caplog):
    with caplog.at_level(logging.WARNING):
        async with ScriptAssistant(parse(BANK, "bank.toml")).open(CallInfo("call-1", "bank")) as conversation:
            assert await Caller(conversation, {"secret": "1234"}).start() == ["Hello."]

    assert [record.getMessage() for record in caplog.records] == [
        "call call-1: session variable 'user_id' is not set"
    ]


# --- replies


async def replies_to(script):
    """The responses to the greeting turn."""
    async with (
        ScriptAssistant(parse(script, "bank.toml")).open(CallInfo("call-1", "bank")) as conversation,
        conversation.send(Turn(1, "start")) as reply,
    ):
        return [response async for response in reply]


async def test_authored_values_come_as_they_are():
    (text,) = await replies_to(
        """[steps.a]\njson = '[{"response_type": "text", "values": [{"text": "Hi."}]}]'"""
    )

    assert isinstance(text, TextResponse)
    assert text.values[0].text == "Hi."


async def test_a_type_of_a_plugin_is_passed_on_whole():
    (record,) = await replies_to('[steps.a]\nresponses = [{ response_type = "record", beep = true }]')

    assert isinstance(record, UnknownResponse)
    assert record.raw == {"response_type": "record", "beep": True}


async def test_an_answer_may_change_the_time_for_silence():
    somebody = await caller('[steps.greeting]\npost_response_timeout = "2.5s"')

    assert somebody.context.post_response_timeout == 2.5


async def test_an_answer_that_says_nothing_of_the_time_for_silence_leaves_it():
    assert (await caller()).context.post_response_timeout is None


async def test_a_delay_comes_before_the_first_response():
    began = trio.current_time()

    await caller('[steps.greeting]\ndelay = "3s"\nresponses = ["One.", "Two."]')

    assert trio.current_time() - began == pytest.approx(3)


async def test_whether_it_was_understood_is_known_before_the_first_response():
    somebody = await caller()

    async with somebody.conversation.send(Turn(2, "speech", "the weather")) as reply:
        assert not reply.matched


async def test_a_reply_may_be_left_and_the_next_turn_sent():
    somebody = await caller(
        BANK.replace('responses = ["Your PIN?"]', 'responses = ["Your PIN?"]\ndelay = "9s"')
    )
    async with somebody.conversation.send(Turn(2, "speech", "my balance")):
        pass

    assert await somebody.say("one two three four") == ["Thank you."]


async def test_two_turns_at_once_are_refused():
    somebody = await caller()

    async with somebody.conversation.send(Turn(2, "speech", "agent")):
        with pytest.raises(AssistantError, match="while the reply to another was open"):
            await somebody.say("agent")
