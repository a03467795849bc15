"""Calls in virtual time with the handlers as they are: one test for each row of what IBM's phone integration
promises."""

import io
import wave

import anyio
import pytest

from switchhook import LegInfo, ReplyContext, SpeechError
from switchhook.call.dialogue.limits import Limits
from switchhook.call.prompt_cache.cache import PromptCache
from switchhook.call.record.masking import Mask
from switchhook.call.speaking.prompt_audio import UNFIT
from switchhook.testing import MemoryAssistant, MemoryLeg, MemoryTextToSpeech, a_call
from switchhook_codecs import wav
from switchhook_responses import (
    audio,
    connect_to_agent,
    dtmf,
    end_session,
    image,
    option,
    others,
    speech_to_text,
    start_activities,
    stop_activities,
    text,
    text_to_speech,
    user_defined,
)

pytestmark = pytest.mark.anyio
HANDLERS = (
    *(wav, connect_to_agent, dtmf, end_session, image, option, others, speech_to_text, start_activities),
    *(stop_activities, text, text_to_speech, user_defined),
)
END = {"response_type": "end_session"}
SPEECH, KEYS = "speech_to_text_recognition", "dtmf_collection"


@pytest.fixture
def anyio_backend():
    from trio.testing import MockClock

    return ("trio", {"clock": MockClock(autojump_threshold=0)})


def answering(start=(), /, **by_text):
    """An assistant that greets with these and answers each text as named, spaces as _."""
    replies = {"": start, **{name.replace("_", " "): reply for name, reply in by_text.items()}}
    return MemoryAssistant(lambda turn: replies.get(turn.text, []))


def calling(assistant, plugins=HANDLERS, **more):
    return a_call(assistant, plugins=plugins, **more)


def command(kind, name, **parameters):
    return {"response_type": kind, "command_info": {"type": name, "parameters": parameters}}


def activities(kind, *names):
    return {"response_type": f"{kind}_activities", "activities": [{"type": name} for name in names]}


def vgw(name, **parameters):
    action = {"command": name, "parameters": parameters}
    return {"response_type": "user_defined", "user_defined": {"vgwAction": action}}


def turns(talk):
    return [(turn.kind, turn.text) for turn in talk.turns[1:]]


async def press(talk, keys, pause=0.1):
    for key in keys:
        talk.leg.press(key)
        await talk.wait(pause)


# --- text and lists


async def test_texts_are_heard_in_order():
    async with calling(answering(["one", "two"])) as talk:
        await talk.wait(5)
        assert talk.heard() == ["one", "two"]


async def test_a_text_as_its_author_wrote_it_is_heard():
    authored = {"response_type": "text", "values": [{"text_expression": {"concat": [{"scalar": "hello"}]}}]}
    async with calling(answering([authored])) as talk:
        await talk.wait(3)
        assert talk.heard() == ["hello"]


LIST = {
    "response_type": "option",
    "title": "Which",
    "options": [
        {"label": name, "value": {"input": {"text": name.lower()}}} for name in ("Red", "Green", "Blue")
    ],
}


async def test_a_list_is_read_and_a_key_selects():
    async with calling(answering([LIST])) as talk:
        await talk.wait(3)
        assert talk.heard() == ["Which. 1. Red. 2. Green. 3. Blue."]
        talk.leg.press("2")
        await talk.wait(1)
        assert talk.turns[1].input == {"text": "green"}


@pytest.mark.parametrize(
    ("said", "sent"), [("two", {"text": "green"}), ("green", {"text": "green"}), ("teal", None)]
)
async def test_a_list_is_selected_from_by_voice(said, sent):
    async with calling(answering([LIST])) as talk:
        await talk.wait(3)
        talk.say(said)
        await talk.wait(1)
        assert (talk.turns[1].text, talk.turns[1].input) == (said, sent)


async def test_a_key_that_selects_nothing_is_sent_as_it_is():
    async with calling(answering([LIST])) as talk:
        await talk.wait(3)
        talk.leg.press("7")
        await talk.wait(1)
        assert (talk.turns[1].text, talk.turns[1].input) == ("7", None)


async def test_a_list_is_read_as_it_was_configured_until_the_call_ends():
    config = vgw(
        "vgwActSetOptionsConfig", prefixText="Press or say %s for", matchWord=["eins", "zwei", "drei"]
    )
    async with calling(answering([config], go=[LIST])) as talk:
        talk.say("go")
        await talk.wait(3)
        assert talk.heard()[0].startswith("Which. Press or say 1 for Red.")
        talk.say("zwei")
        await talk.wait(1)
        assert talk.turns[2].input == {"text": "green"}


# --- the end


async def test_the_end_comes_when_the_goodbye_was_heard():
    async with calling(answering(["goodbye", END, "never"])) as talk:
        record = await talk.over()
        assert (record.outcome, talk.heard()) == ("completed", ["goodbye"])


async def test_a_hand_over_says_so_then_tells_the_flow():
    agent = {
        "response_type": "connect_to_agent",
        "agent_available": {"message": "one moment"},
        "message_to_human_agent": "a lost card",
    }
    leg = MemoryLeg(LegInfo("1", "bank", variables={"user_id": "42"}))
    async with calling(answering([agent]), leg=leg) as talk:
        record = await talk.over()
        assert (record.outcome, talk.heard()) == ("handed_over", ["one moment"])
        assert leg.outputs == {
            "user_id": "42",
            "Intent": "connect_to_agent",
            "wxa_end_reason": "connect_to_agent",
            "wxa_agent_message": "a lost card",
        }


async def test_what_the_assistant_has_set_wins_over_what_a_hand_over_says():
    agent = {"response_type": "connect_to_agent", "topic": "cards"}
    assistant = MemoryAssistant(lambda _: [agent], lambda _: {"wxa_topic": "lost cards"})
    async with calling(assistant) as talk:
        await talk.over()
        assert talk.leg.outputs["wxa_topic"] == "lost cards"


async def test_a_hand_over_tells_the_flow_so_whatever_the_intent_was_before():
    agent = {"response_type": "connect_to_agent"}
    leg = MemoryLeg(LegInfo("1", "bank", variables={"Intent": "failed"}))
    assistant = MemoryAssistant(lambda _: [agent], lambda _: {"Intent": "lost_card"})
    async with calling(assistant, leg=leg) as talk:
        await talk.over()
        assert talk.leg.outputs["Intent"] == "connect_to_agent"


# --- speech


async def test_a_configuration_opens_a_recognition_with_its_parameters():
    change = command("speech_to_text", "configure", narrowband_recognize={"model": "es"})
    async with calling(answering(["hello"], go=[change])) as talk:
        await talk.wait(3)
        talk.say("go")
        await talk.wait(1)
        assert [each.parameters for each in talk.stt.opened] == [{}, {"model": "es"}]


async def test_a_configuration_for_a_turn_is_used_for_one_turn():
    change = command(
        "speech_to_text", "configure", narrowband_recognize={"id": "x"}, update_strategy="merge_once"
    )
    async with calling(answering(["hello"], go=[change])) as talk:
        for said in ("go", "here"):
            await talk.wait(3)
            talk.say(said)
        await talk.wait(1)
        assert [each.parameters for each in talk.stt.opened] == [{}, {"id": "x"}, {}]


async def test_hundreds_of_changes_open_a_few_recognitions_and_the_last_is_the_one_that_hears():
    async with calling(answering(["hello"])) as talk:
        await talk.wait(1)
        for number in range(255):
            talk.leg.change_language(("es-ES", "de-DE")[number % 2])
            await talk.wait(0.01)
        talk.leg.speak(b"a" * 800)
        await talk.wait(8)
        assert len(talk.stt.opened) <= 12
        assert talk.stt.opened[-1].language == "es-ES"
        assert b"a" * 800 in bytes(talk.stt.opened[-1].fed)
        await talk.wait(60)
        talk.leg.change_language("fr-FR")
        await talk.wait(0.1)
        assert talk.stt.opened[-1].language == "fr-FR"


async def test_no_audio_is_lost_when_the_recognition_changes():
    change = command("speech_to_text", "configure", narrowband_recognize={"model": "es"})
    async with calling(answering(["hello"], go=[change])) as talk:
        talk.leg.speak(b"a" * 800)
        talk.say("go")
        talk.leg.speak(b"b" * 800)
        await talk.wait(1)
        talk.leg.speak(b"c" * 800)
        assert b"".join(bytes(each.fed) for each in talk.stt.opened) == b"a" * 800 + b"b" * 800 + b"c" * 800


async def test_a_voice_changes_between_two_texts_and_back():
    change = command("text_to_speech", "configure", synthesize={"voice": "b"}, update_strategy="replace_once")
    async with calling(answering(["one", change, "two"], go=["three"])) as talk:
        await talk.wait(5)
        talk.say("go")
        await talk.wait(3)
        assert talk.tts.parameters == [{}, {"voice": "b"}, {}]


class Choosy(MemoryTextToSpeech):
    """Has no other voice than "b"."""

    def synthesize(self, text, audio, language, parameters, /):
        if parameters.get("voice", "b") != "b":
            raise SpeechError("no such voice", reason="no such voice")
        return super().synthesize(text, audio, language, parameters)


async def test_a_text_is_spoken_as_before_where_no_voice_speaks_as_it_was_set():
    change = command("text_to_speech", "configure", synthesize={"voice": "nobody"})
    async with calling(answering([change, "one", "two"], go=["three"]), tts=Choosy()) as talk:
        await talk.wait(9)
        talk.say("go")
        await talk.wait(3)
        record = talk.call.record_writer.record
        assert talk.heard() == ["one", "two", "three"]
        assert (record.outcome, [each["problem"] for each in record.not_performed]) == ("", [UNFIT])


async def test_what_one_text_was_refused_for_is_not_tried_with_the_next():
    change = command("text_to_speech", "configure", synthesize={"voice": "nobody"})
    async with calling(answering([change, "one"], go=["two"]), tts=(voice := Choosy())) as talk:
        await talk.wait(9)
        asked = len(voice.parameters)
        talk.say("go")
        await talk.wait(0.5)
        assert (talk.heard(), len(voice.parameters)) == (["one", "two"], asked + 1)


async def test_a_voice_that_fails_with_and_without_parameters_ends_the_call():
    change = command("text_to_speech", "configure", synthesize={"voice": "b"})
    voice = MemoryTextToSpeech(fail={"one"})
    async with calling(answering([change, "one"]), tts=voice) as talk:
        record = await talk.over()
        assert (talk.heard(), record.outcome, record.not_performed) == (["sorry"], "failed", [])


AUDIO = {"response_type": "audio", "source": "https://example.org/a.wav"}
SILENT = [AUDIO, {"response_type": "text", "text": [{}]}, {"response_type": "option", "options": "none"}]


@pytest.mark.parametrize("response", SILENT)
async def test_who_would_hear_nothing_of_an_answer_is_told_so_and_so_is_the_assistant(response):
    async with calling(answering(["hello"], go=[response]), plugins=(*HANDLERS, audio)) as talk:
        await talk.wait(3)
        talk.say("go")
        await talk.wait(3)
        talk.say("what")
        await talk.wait(1)
        assert (talk.heard(), talk.turns[-1].failed) == (["hello", "sorry"], (response["response_type"],))


@pytest.mark.parametrize("response", SILENT)
@pytest.mark.parametrize("more", ["words", {"response_type": "pause", "time": 10}])
async def test_who_hears_something_of_it_is_told_no_more(response, more):
    async with calling(answering([response, more]), plugins=(*HANDLERS, audio)) as talk:
        await talk.wait(3)
        assert "sorry" not in talk.tts.texts


async def test_where_a_turn_or_an_end_is_due_nothing_is_said_of_it():
    force = vgw("vgwActForceNoInputTurn")
    async with calling(answering([AUDIO, force], vgwNoInputTurn=["on"]), plugins=(*HANDLERS, audio)) as talk:
        await talk.wait(5)
        assert talk.heard() == ["on"]
    async with calling(answering([AUDIO, END]), plugins=(*HANDLERS, audio)) as talk:
        assert ((await talk.over()).outcome, talk.heard()) == ("completed", [])


async def test_a_protected_text_is_not_interrupted_and_the_next_one_is():
    off, on = command("text_to_speech", "disable_barge_in"), command("text_to_speech", "enable_barge_in")
    async with calling(answering([off, "listen", on, "anything else"])) as talk:
        await talk.wait(1)
        talk.say("blah")
        await talk.wait(2)
        assert turns(talk) == []
        talk.say("stop", final=False)
        talk.say("stop it")
        await talk.wait(1)
        assert turns(talk) == [("speech", "stop it")]
        assert len(talk.leg.flushes) == 1


async def test_while_recognition_is_stopped_no_audio_goes_to_it_and_then_again():
    assistant = answering([activities("stop", SPEECH)], **{"1": [activities("start", SPEECH)]})
    async with calling(assistant) as talk:
        await talk.wait(1)
        for _ in range(40):
            talk.leg.speak(b"a" * 8000)
            await talk.wait(1)
        assert not any(each.fed for each in talk.stt.opened)
        talk.leg.press("1")
        await talk.wait(1)
        talk.leg.speak(b"b" * 800)
        talk.say("hello")
        await talk.wait(1)
        assert bytes(talk.stt.opened[-1].fed) == b"b" * 800
        assert turns(talk)[-1] == ("speech", "hello")


# --- keys


async def test_keys_that_are_stopped_neither_interrupt_nor_count():
    async with calling(answering([activities("stop", KEYS), "hello"])) as talk:
        await press(talk, "12")
        await talk.wait(1)
        assert (turns(talk), talk.leg.flushes) == ([], [])


@pytest.mark.parametrize(
    ("parameters", "keys", "text"),
    [
        ({"count": "4"}, "1234", "1234"),
        ({"termination_key": "#", "count": 16}, "12#", "12"),
        ({"minimum_count": 2, "maximum_count": 3}, "123", "123"),
    ],
)
async def test_a_number_is_collected(parameters, keys, text):
    async with calling(answering([command("dtmf", "collect", **parameters)])) as talk:
        await press(talk, keys)
        [turn] = talk.turns[1:]
        assert (turn.text, turn.kind == "digits", turn.collected) == (
            text,
            True,
            True,
        )


async def test_too_few_keys_are_sent_after_the_pause_between_two():
    collect = command("dtmf", "collect", minimum_count=3, maximum_count=6, inter_digit_timeout_count=2000)
    async with calling(answering(["number", collect])) as talk:
        await talk.wait(3)
        await press(talk, "12")
        await talk.wait(2.2)
        [turn] = talk.turns[1:]
        assert (turn.text, turn.collected) == ("12", False)


async def test_keys_are_sent_as_tones_in_the_audio():
    send = command("dtmf", "send", digits=[{"code": "9"}, {"code": "11"}])
    async with calling(answering([send])) as talk:
        await talk.wait(2)
        assert len(talk.leg.ear) == round(0.6 * 8000)


async def test_digits_of_a_sensitive_number_are_nowhere_but_in_the_turn():
    from switchhook.call.record.masking import Mask

    collect = command("dtmf", "collect", count=4, sensitive=True)
    assistant = MemoryAssistant(
        lambda turn: ["you keyed 9 8 7 6", END] if turn.text else [collect], lambda _: {"pin": "9876"}
    )
    async with calling(assistant, mask=Mask({"digits", "transcripts", "variables"})) as talk:
        await press(talk, "9876")
        record = await talk.over()
        assert talk.turns[1].text == "9876"
        assert talk.heard() == ["you keyed 9 8 7 6"]
        assert talk.leg.outputs == {"pin": "9876"}
        assert (record.turns[1].text, record.turns[1].said) == ("••••", ["you keyed ••••"])
        assert record.output_variables == {"pin": "•••"}
        assert [report.text for report in talk.leg.reports] == ["", "you keyed ••••"]
        assert not any(
            "9 8 7 6" in line or f'"key":"{digit}"' in line for line in talk.events for digit in "9876"
        )


async def test_a_sensitive_number_that_is_said_is_nowhere_but_in_the_turn(caplog):
    from switchhook.call.record.masking import Mask

    caplog.set_level("DEBUG")
    collect = command("dtmf", "collect", count=4, sensitive=True)
    assistant = MemoryAssistant(
        lambda turn: ["you said 9 8 7 6", END] if turn.text else [collect],
        lambda _: {"pin": "nine eight seven six"},
    )
    async with calling(assistant, mask=Mask({"digits", "transcripts", "variables"})) as talk:
        await talk.wait(1)
        talk.say("nine eight", final=False)
        talk.say("nine eight seven six")
        record = await talk.over()
        assert talk.turns[1].text == "nine eight seven six"
        assert talk.heard() == ["you said 9 8 7 6"]
        assert (record.turns[1].text, record.turns[1].said) == ("•••", ["you said ••••"])
        shown = [record.line(), *talk.events, caplog.text, *(report.text for report in talk.leg.reports)]
        assert not any(word in text for text in shown for word in ("nine", "seven", "9 8"))


# --- timers and forced turns


async def test_silence_is_told_after_the_time_that_the_assistant_sets():
    assistant = MemoryAssistant(
        lambda _: ["hello"], context=lambda _: ReplyContext(post_response_timeout=1.0)
    )
    async with calling(assistant) as talk:
        await talk.wait(2.9)
        assert turns(talk) == []
        await talk.wait(0.3)
        assert turns(talk) == [("no_input", "")]


async def test_speech_without_an_end_is_told_after_its_time():
    assistant = MemoryAssistant(lambda _: [], context=lambda _: ReplyContext(final_utterance_timeout=3.0))
    async with calling(assistant) as talk:
        await talk.wait(0.5)
        for _ in range(4):
            talk.say("and then", final=False)
            await talk.wait(1)
        assert turns(talk) == [("no_final", "")]


async def test_a_long_lookup_says_one_moment_and_goes_on_by_itself():
    assistant = MemoryAssistant(
        lambda turn: {"balance": ["one moment"], "": ["ten euros"] if turn.kind == "follow_up" else []}[
            turn.text
        ],
        context=lambda turn: ReplyContext(follow_up=turn.text == "balance"),
    )
    async with calling(assistant) as talk:
        talk.say("balance")
        await talk.wait(5)
        assert talk.heard() == ["one moment", "ten euros"]


def a_wav(seconds):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\x00\x10" * round(8000 * seconds))
    return file.getvalue()


class Files:
    async def fetch(self, url):
        await anyio.sleep(0.1)
        return a_wav(1.0)


async def test_music_plays_while_a_turn_is_forced_and_stops_with_its_reply():
    from switchhook import hookimpl
    from switchhook_responses.audio import handle_audio

    class Audio:
        @hookimpl
        def handle_audio(self, response):
            return handle_audio(response, Files())

    music = {
        "response_type": "audio",
        "source": "https://example.com/a.wav",
        "channel_options": {"voice_telephony": {"loop": True}},
    }
    assistant = answering([vgw("vgwActForceNoInputTurn"), music], vgwNoInputTurn=[4.0, "found it"])
    async with a_call(assistant, plugins=[*HANDLERS, Audio()]) as talk:
        await talk.wait(3.5)
        assert turns(talk) == [("forced", "vgwNoInputTurn")]
        assert len(talk.leg.ear) > 20_000  # three times round
        assert talk.leg.flushes == []
        await talk.wait(3)
        assert len(talk.leg.flushes) == 1
        assert bytes(talk.leg.ear[-1:]) == talk.tts.sound("found it")


async def test_after_so_many_silences_the_call_is_given_back():
    async with calling(answering(["hello"]), limits=Limits(no_input=2)) as talk:
        record = await talk.over()
        assert (record.outcome, record.reason) == ("no_input", "2 times nothing was said")
        assert talk.leg.outputs["switchhook_outcome"] == "no_input"


# --- what is not said


async def test_a_picture_between_two_texts_is_silent():
    picture = {"response_type": "image", "source": "https://example.com/a.png", "title": "A card"}
    async with calling(answering(["one", picture, "two"])) as talk:
        await talk.wait(5)
        assert talk.heard() == ["one", "two"]


async def test_what_cannot_be_done_is_in_the_record_and_the_call_goes_on():
    async with calling(
        answering([command("dtmf", "dance"), {"response_type": "video"}, "hello", END])
    ) as talk:
        record = await talk.over()
        assert talk.heard() == ["hello"]
        assert [each["problem"] for each in record.not_performed] == [
            "dtmf: there is no command 'dance'",
            "no such response type",
        ]


async def test_ten_thousand_responses_in_one_reply_are_read():
    many = [{"response_type": "image", "source": "x"}] * 10_000
    async with calling(answering([*many, "hello", END])) as talk:
        record = await talk.over()
        assert (record.outcome, talk.heard()) == ("completed", ["hello"])


async def test_recognition_that_is_stopped_in_a_call_is_closed():
    async with calling(answering(["hello"], go=[activities("stop", SPEECH)])) as talk:
        talk.leg.speak(b"a" * 800)
        talk.say("go")
        await talk.wait(0.1)
        talk.leg.speak(b"b" * 800)
        await talk.wait(1)
        assert [bytes(each.fed) for each in talk.stt.opened] == [b"a" * 800]


async def test_texts_behind_the_command_are_not_kept():
    spoken = [vgw("vgwActExcludeFromTTSCache"), {"response_type": "text", "text": "your balance is 12"}]
    cache = PromptCache(memory=1_000_000, disk=0)
    async with cache.running():
        async with calling(answering(["welcome"], balance=spoken), cache=cache) as talk:
            for _ in range(2):
                await talk.wait(3)
                talk.say("balance")
            await talk.wait(3)
        assert len(talk.tts.parameters) == 3


async def test_texts_of_the_next_reply_are():
    cache = PromptCache(memory=1_000_000, disk=0)
    async with cache.running():
        async with calling(
            answering([vgw("vgwActExcludeFromTTSCache")], hello=["good day"]), cache=cache
        ) as talk:
            for _ in range(2):
                await talk.wait(1)
                talk.say("hello")
                await talk.wait(3)
        assert len(talk.tts.parameters) == 1


async def test_an_assistant_says_how_sure_recognition_must_be():
    settings = vgw("vgwActSetSTTConfig", confidenceScoreThreshold=0.5, bargeInResume=True)
    async with calling(answering([settings, "one", "two"])) as talk:
        await talk.wait(1)
        talk.say("mumble", final=False)
        talk.say("mumble", confidence=0.3)
        await talk.wait(6)
        assert (turns(talk), talk.heard()) == ([], ["one", "two"])


async def test_what_an_assistant_notes_is_kept_in_the_record():
    noted = vgw("vgwActAddCustomCDRData", order="4711", card="x")
    taken_out = vgw("vgwActAddCustomCDRData", card="")
    shown = Mask(["variables"])
    async with calling(answering([noted, taken_out, END]), mask=shown) as talk:
        assert (await talk.over()).custom_data == {"order": "4711"}


async def test_also_what_it_notes_in_its_context():
    context = ReplyContext(custom_data={"order": "4711"})
    assistant = MemoryAssistant(lambda turn: [END], context=lambda turn: context)
    async with calling(assistant) as talk:
        assert (await talk.over()).custom_data == {"order": "•••"}


MISFITS = {"channels": "all", "channel_options": 7, "transfer_info": ["desk"], "topic": {}}


@pytest.mark.parametrize(
    ("kind", "outcome"), [("end_session", "completed"), ("connect_to_agent", "handed_over")]
)
@pytest.mark.parametrize("given", [MISFITS, dict.fromkeys(MISFITS)])
async def test_a_call_ends_whatever_else_the_response_holds(kind, outcome, given):
    async with calling(answering(["Goodbye.", {"response_type": kind, **given}])) as talk:
        record = await talk.over()
    assert (record.outcome, talk.heard()) == (outcome, ["Goodbye."])


async def test_what_was_left_out_of_a_response_is_in_the_record():
    end = {**END, "channels": "all"}
    async with calling(answering(["Goodbye.", end])) as talk:
        record = await talk.over()
    assert [(each["turn"], each["type"], each["problem"]) for each in record.not_performed] == [
        (1, "remark", "channels: Input should be a valid list, left out")
    ]


@pytest.mark.parametrize("more", [["After."], [{"response_type": "connect_to_agent"}], ["After.", "All."]])
async def test_what_stands_behind_the_end_is_remarked_once(more):
    async with calling(answering(["Goodbye.", END, *more])) as talk:
        record = await talk.over()
    (remark,) = record.not_performed
    assert (record.outcome, talk.heard()) == ("completed", ["Goodbye."])
    assert remark["problem"].endswith(" comes behind the end of the call, and is not reached")
    assert [each["action"] for each in record.turns[0].actions] == ["Say", "EndCall"]


async def test_a_call_that_is_ended_twice_is_nothing_to_remark():
    async with calling(answering(["Goodbye.", {"response_type": "connect_to_agent"}, END])) as talk:
        record = await talk.over()
    assert (record.outcome, record.not_performed) == ("handed_over", [])
