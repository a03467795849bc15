"""A message that a caller leaves: asked for by an assistant, played back, and posted."""

import email
import json
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from switchhook import AudioFormat, hookimpl
from switchhook.testing import MemoryAssistant
from switchhook.testing.talk import a_call
from switchhook_codecs import wav
from switchhook_recording import record
from switchhook_recording.record_settings import RecordSettings
from switchhook_recording.webhook import WebhookError, form

from .recorded import LIMITS, Wav, only_file, recording, speak

pytestmark = pytest.mark.anyio
VOICE, QUIET = 0x80, 0xFF  # of mu-law: the loudest, and nothing
SECRET = "kept between the two of us"


class Webhook:
    def __init__(self, problem=""):
        self.posted, self.problem = [], problem

    async def post(self, metadata, audio, sound):
        self.posted.append((metadata, sound))
        if self.problem:
            raise WebhookError(self.problem)

    async def aclose(self):
        pass


class Record:
    """The plugin as a server has it."""

    def __init__(self, messages):
        self.messages = messages

    @hookimpl
    def create_tap(self, call, audio):
        return record.create_tap(call, audio, self.messages)

    @hookimpl
    def handle_unknown(self, response, call):
        return record.handle_unknown(response, call, self.messages)

    @hookimpl
    def handle_user_defined(self, response, call):
        return record.handle_user_defined(response, call, self.messages)

    @hookimpl
    def rewrite_action(self, action, call):
        return record.rewrite_action(action, call, self.messages)

    @hookimpl
    def call_ended(self, call, record):
        globals()["record"].call_ended(call, record, self.messages)


@asynccontextmanager
async def asked_for_a_message(item, *, webhook=None, others=(), lost=lambda _: None, **settings):
    """A call whose assistant answers its start with `item`, and everything else with "thanks"."""
    webhook = webhook or Webhook()
    answers = MemoryAssistant(lambda turn: [item] if turn.number == 1 else ["thanks"])
    read = RecordSettings.model_validate({"webhook": "https://example.com/", "secret": SECRET, **settings})
    async with record.posting(read, lost) as messages:
        await messages.webhook.aclose()
        messages.webhook = webhook
        plugins = [Record(messages), wav, *others]
        async with a_call(answers, plugins=plugins, limits=LIMITS, may_block=True) as talk:
            yield talk, webhook


ITEM = {"response_type": "record", "prompt": "leave a message"}


async def leave(talk, seconds=4.0):
    """2 s of prompt and 0.4 s of beep, then the caller speaks."""
    await speak(talk, QUIET, 3.0)
    await speak(talk, VOICE, seconds)


def beeped(talk):
    return any(byte not in (QUIET, 1, 2) for byte in talk.leg.ear)


async def test_a_message_ends_with_a_key_which_is_the_next_input():
    async with asked_for_a_message(ITEM) as (talk, webhook):
        await leave(talk)
        talk.leg.press("#")
        await talk.wait(4.0)
        await talk.wait(70.0)
        assert [(turn.kind, turn.text) for turn in talk.turns[1:]] == [("digits", "#")]
        assert "thanks" in talk.tts.texts
    [(_, sound)] = webhook.posted
    assert beeped(talk)
    assert sound.strip(b"\xff") == bytes([VOICE]) * 32_000


async def test_a_message_ends_when_it_is_too_long():
    async with asked_for_a_message({**ITEM, "max_duration": 600}, max_message=10) as (talk, webhook):
        await leave(talk, 20.0)
        assert len(talk.turns) == 2
    [(_, sound)] = webhook.posted
    assert len(sound) == pytest.approx(80_000, abs=800)


async def test_a_long_message_is_no_silence_of_the_caller():
    async with asked_for_a_message({**ITEM, "max_duration": 100}) as (talk, webhook):
        await leave(talk, 60.0)
        assert len(talk.turns) == 1
        talk.leg.press("#")
        await talk.wait(1.0)
    assert len(webhook.posted[0][1].strip(b"\xff")) == 480_000


async def test_the_message_is_played_back_where_the_author_says():
    item = {**ITEM, "confirmation": "you said [recording] goodbye"}
    async with asked_for_a_message(item) as (talk, _):
        await leave(talk, 2.0)
        before = len(talk.leg.ear)
        talk.leg.press("#")
        await talk.wait(12.0)
        heard = bytes(talk.leg.ear[before:])
    assert talk.tts.texts == ["leave a message", "you said", "goodbye", "thanks"]
    sounds = [talk.tts.sound(text) for text in ("you said", "goodbye", "thanks")]
    places = [heard.index(sound * 800) for sound in (sounds[0], bytes([VOICE]), sounds[1], sounds[2])]
    assert places == sorted(places)


async def test_a_caller_who_hangs_up_has_left_his_message():
    async with asked_for_a_message(ITEM) as (talk, webhook):
        await leave(talk)
        talk.leg.close()
        await talk.over()
        await talk.wait(1.0)
        assert len(webhook.posted) == 1


async def test_a_caller_who_says_nothing_leaves_nothing_behind_the_beep():
    async with asked_for_a_message({**ITEM, "max_duration": 5}) as (talk, webhook):
        await speak(talk, QUIET, 8.5)
        assert [(turn.kind, turn.text) for turn in talk.turns[1:]] == [("forced", "recorded")]
    assert webhook.posted[0][1].strip(b"\xff") == b""


async def test_speech_is_listened_to_again_afterwards():
    async with asked_for_a_message(ITEM) as (talk, _):
        await leave(talk)
        talk.leg.press("#")
        await talk.wait(4.0)
        talk.say("hello")
        await talk.wait(0.5)
        assert talk.turns[-1].text == "hello"


async def test_it_may_be_asked_for_with_a_command_of_ours():
    parameters = {"message": "leave a message", "input_method": "Silent (pause)"}
    action = {"command": "vgwActRecord", "parameters": parameters}
    item = {"response_type": "user_defined", "user_defined": {"vgwAction": action}}
    async with asked_for_a_message(item) as (talk, webhook):
        await leave(talk)
        talk.leg.press("#")
        await talk.wait(1.0)
        assert not beeped(talk)
    assert len(webhook.posted) == 1


@pytest.mark.parametrize(
    ("when_lost", "outcome"), [("allow", "hung_up"), ("hand_over", "handed_over"), ("end", "completed")]
)
async def test_a_webhook_that_fails_costs_what_the_operator_says(when_lost, outcome):
    webhook, lost = Webhook("https://example.com/: it answers 500"), []
    async with asked_for_a_message(ITEM, webhook=webhook, lost=lost.append, when_lost=when_lost) as (talk, _):
        await leave(talk)
        talk.leg.press("#")
        await talk.wait(4.0)
        talk.say("hello")
        await talk.wait(4.0)
        talk.leg.close()
        ended = await talk.over()
    assert ended.outcome == outcome
    assert "record: the webhook did not take the message" in str(ended.not_performed)
    assert lost == [1]


@pytest.mark.parametrize("wrong", [{"max_duration": "for ever"}, {"max_duration": 0}, {"prompt": ["a"]}])
async def test_what_is_asked_for_wrongly_is_remarked(wrong):
    async with asked_for_a_message({**ITEM, **wrong}) as (talk, webhook):
        await talk.wait(1.0)
        talk.leg.close()
        ended = await talk.over()
    assert "record: expected something else for" in str(ended.not_performed)
    assert webhook.posted == []


async def test_a_recorded_call_has_the_message_in_it_too(tmp_path):
    async with recording(tmp_path) as ours, asked_for_a_message(ITEM, others=[ours]) as (talk, _):
        await leave(talk)
        talk.leg.press("#")
        await talk.wait(1.0)
        talk.leg.close()
        await talk.over()
    assert VOICE in Wav(only_file(tmp_path).read_bytes()).caller


# --- what is posted


def test_the_form_is_that_of_the_audio_connector():
    body = form({"recording_id": "r-1", "session_id": "s"}, AudioFormat(), b"\xff\r\n\x80", "border")
    parsed = email.message_from_bytes(b"Content-Type: multipart/form-data; boundary=border\r\n\r\n" + body)
    [metadata, audio] = list(parsed.walk())[1:]
    assert metadata.get_content_type() == "application/json"
    assert metadata.get_param("name", header="content-disposition") == "metadata"
    assert json.loads(metadata.get_payload()) == {"recording_id": "r-1", "session_id": "s"}
    assert audio["Content-Type"] == "audio/mulaw;rate=8000"
    assert audio.get_param("name", header="content-disposition") == "audio_recording"
    assert audio.get_filename() == "r-1.wav"
    assert b"\r\n\r\n\xff\r\n\x80\r\n--border--\r\n" in body


async def test_the_metadata_says_when_the_message_was_left():
    async with asked_for_a_message(ITEM, assistant_id="a", environment_id="e") as (talk, webhook):
        await leave(talk)
        talk.leg.press("#")
        await talk.wait(1.0)
    [(metadata, sound)] = webhook.posted
    begin, end = (datetime.fromisoformat(metadata[f"{each}_timestamp"]) for each in ("start", "stop"))
    assert (end - begin).total_seconds() == pytest.approx(len(sound) / 8000, abs=0.01)
    assert metadata["start_timestamp"].endswith("Z")
    assert (metadata["assistant_id"], metadata["environment_id"], metadata["session_id"]) == (
        "a",
        "e",
        "leg-1",
    )


WRONG = {
    "plain": {"webhook": "http://example.com/", "secret": SECRET},
    "a user": {"webhook": "https://me:word@example.com/", "secret": SECRET},
    "no host": {"webhook": "https:///a", "secret": SECRET},
    "no secret": {"webhook": "https://example.com/"},
}


@pytest.mark.parametrize("settings", WRONG.values(), ids=WRONG)
def test_an_address_that_is_not_safe_is_an_error_of_the_configuration(settings):
    with pytest.raises(ValueError, match=r"expected|needs"):
        RecordSettings.model_validate(settings)
