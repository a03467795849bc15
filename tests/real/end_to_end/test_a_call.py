"""A person speaks, the bot answers: one call over a real socket with a recorded human voice.

The call is placed once; each test looks at one thing that came of it.
"""

import io
import json
import re
import secrets
import time
import wave

import pytest

from switchhook_genesys_tools.dial import CallerStep, Keys

# The last answer is the base document's own JSON, as its authors would paste it.
BOT = """
[steps.welcome]
responses = ["Hello ${system_integrations.genesys_audio_connector.user_name}, welcome to the bank. You can ask me for information about your last call, or for an agent. What would you like to know today?"]
next = ["last_call"]

[steps.last_call]
phrases = ["information about your last call"]
next = ["pin"]
[[steps.last_call.responses]]
response_type = "option"
title = "Please choose."
options = [{ label = "Your balance", value = { input = { text = "balance" } } }]
[[steps.last_call.responses]]
response_type = "video"

[steps.pin]
phrases = ["balance"]
responses = ["Please say your number."]
next = ["done"]

[steps.done]
digits = { length = 4, variable = "pin" }
set = '''
${system_integrations.genesys_audio_connector.some_variable} = "this is an output variable"
${system_integrations.genesys_audio_connector.pin} = null
'''
json = '''
{
  "generic": [
    {
      "response_type": "text",
      "values": [
        {
          "text": "You have ended the call."
        }
      ]
    },
    {
      "response_type": "end_session"
    }
  ]
}
'''
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory, a_server):
    with a_server(tmp_path_factory.mktemp("bank"), BOT, 'unmask = ["transcripts", "variables"]') as running:
        yield running


@pytest.fixture(scope="module")
def placed(bank, clip):
    steps = (
        CallerStep(clip("info_last_call"), interrupt=True),
        CallerStep(Keys("1")),
        CallerStep(clip("pin_4242")),
    )
    return bank.dial(*steps, variables={"user_id": "42", "user_name": "Kim"})


@pytest.fixture(scope="module")
def record(bank, placed):
    return bank.record_of(placed)


@pytest.fixture(scope="module")
def said(placed, words_of):
    """What the bot said, as a recogniser hears it."""
    return words_of(placed.bot)


def test_the_call_ends_as_the_assistant_says(placed):
    assert (placed.ending, placed.detail) == ("completed", "completed")


def test_opened_comes_at_once(placed):
    assert placed.opened_after < 1.0


def test_the_question_of_a_recorded_person_is_understood(record):
    heard = [turn["text"] for turn in record["turns"] if turn["kind"] == "speech"]
    assert re.sub(r"\W+", " ", heard[0]).strip().lower() == "information about your last call"


def test_the_question_interrupts_the_greeting(placed, record):
    assert "barge_in" in [event.kind for event in placed.events]
    assert 0 < record["turns"][1]["barge_in"]["heard"] < 8


def test_the_greeting_uses_an_input_variable(said):
    assert "hello kim" in said.replace(",", "").replace("kym", "kim").replace("him", "kim")


def test_a_key_chooses_the_option(record):
    assert [turn["kind"] for turn in record["turns"]] == ["start", "speech", "digits", "speech"]


def test_spoken_digits_are_masked_in_the_record(record):
    assert "•" in record["turns"][3]["text"]
    assert not re.search(r"four|two|\d", record["turns"][3]["text"], re.IGNORECASE)


def test_the_goodbye_of_the_base_document_is_heard_to_its_end(placed, said):
    assert said.rstrip(". ").endswith("you have ended the call")
    assert "cut" not in [event.kind for event in placed.events]


def test_output_variables_come_back_as_strings(placed):
    assert placed.variables["some_variable"] == "this is an output variable"
    assert placed.variables["user_id"] == "42"


def test_what_is_not_performed_is_in_the_record_and_the_call_goes_on(record):
    assert [item["type"] for item in record["not_performed"]] == ["video"]


def test_no_message_is_more_than_genesys_takes(placed):
    assert [limit.excess for limit in placed.limits.values()] == [0, 0, 0, 0]


def test_the_bot_answers_each_turn_soon(record):
    totals = [turn["latency"]["total"] for turn in record["turns"] if "total" in turn["latency"]]
    assert len(totals) == 3


def test_the_recording_has_both_sides(placed, codec):
    with wave.open(io.BytesIO(placed.recording(codec))) as file:
        frames = file.readframes(file.getnframes())
    left, right = frames[0::4] + frames[1::4], frames[2::4] + frames[3::4]
    assert len(set(left)) > 50
    assert len(set(right)) > 50


def test_the_events_of_the_call_are_written_as_json_lines(bank, placed):
    files = list((bank.folder / "records").glob("events-*.jsonl"))
    events = [json.loads(line)["type"] for file in files for line in file.read_text().splitlines()]
    assert events[:2] == ["Call", "Opened"]
    assert "Transcript" in events


def test_the_same_call_with_a_wrong_secret_is_refused(bank):
    refused = bank.dial(secret=secrets.token_bytes(32))
    assert refused.ending == "refused"
    assert "401" in refused.detail


def test_a_refused_call_leaves_a_short_record(bank):
    before = len(bank.records())
    bank.dial(secret=secrets.token_bytes(32))
    deadline = time.monotonic() + 10
    while len(bank.records()) == before and time.monotonic() < deadline:
        time.sleep(0.05)  # the server does not wait for its disk
    refusals = [record for record in bank.records()[before:] if record["kind"] == "refused"]
    assert [record["reason"] for record in refusals] != []
