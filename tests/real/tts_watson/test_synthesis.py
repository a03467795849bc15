"""Prompts through the real protocol, over TLS, with a token."""

import logging

import anyio
import pytest

from switchhook import AudioFormat, LanguageUnknown, SpeechError
from switchhook.testing import MemoryTextToSpeech
from switchhook.testing.conformance import check_text_to_speech
from switchhook_http import call_headers
from switchhook_testing_watson import Fault
from switchhook_tts_watson.voices import VOICES
from switchhook_watson import Timeouts

pytestmark = pytest.mark.anyio

PCMU, PCM = AudioFormat("PCMU", 8000), AudioFormat("PCM", 8000)
GONE = "en-US_GoneV3Voice"


async def test_the_line_s_bytes_come_as_the_service_sends_them(watson, say):
    async with watson() as (_, voice, engine, _):
        audio = await say(engine, "Good morning.")
        assert audio == voice.sound("Good morning.") * PCMU.size(1.0)


async def test_linear_samples_come_whole_however_the_network_cuts_them(watson):
    async with watson() as (emulated, _, engine, _):
        emulated.behaviour.text_to_speech.append(Fault("slow", rate=40_001))
        async with engine.synthesize("Good morning.", PCM, "en-US", {}) as chunks:
            sizes = [len(chunk) async for chunk in chunks]
        assert sum(sizes) == PCM.size(1.0)
        assert not any(size % 2 for size in sizes)


async def test_the_request_asks_for_the_line_s_format_and_a_voice_of_the_language(watson, say):
    async with watson() as (_, _, engine, requests):
        await say(engine, "Good morning.")
        [seen] = requests.seen
        assert seen.headers["accept"] == "audio/mulaw;rate=8000"
        assert seen.query == {"voice": "en-US_MichaelV3Voice"}
        assert seen.headers["x-watson-learning-opt-out"] == "true"


async def test_the_request_has_the_headers_of_the_call(watson, say):
    async with watson() as (_, _, engine, requests):
        token = call_headers.set({"traceparent": "00-7-7-01"})
        try:
            await say(engine, "Good morning.")
        finally:
            call_headers.reset(token)
        assert requests.seen[-1].headers["traceparent"] == "00-7-7-01"


async def test_audio_is_heard_while_it_is_made(watson):
    async with watson() as (emulated, _, engine, _):
        emulated.behaviour.text_to_speech.append(Fault("slow", rate=2_000))
        with anyio.fail_after(2):
            async with engine.synthesize("Good morning.", PCMU, "en-US", {}) as chunks:
                assert await anext(chunks)


async def test_words_that_look_like_markup_are_escaped(watson, say):
    async with watson() as (_, _, engine, requests):
        await say(engine, "Is 3 < 5 & 7 > 6?")
        assert requests.texts == ["Is 3 &lt; 5 &amp; 7 &gt; 6?"]


async def test_ssml_goes_whole_and_as_it_is(watson, say):
    text = 'One moment. <break time="500ms"/> I am looking. A &amp; B.'
    async with watson() as (_, _, engine, requests):
        await say(engine, text)
        assert requests.texts == [text]


async def test_broken_markup_is_taken_out(watson, say):
    async with watson() as (_, _, engine, requests):
        await say(engine, "<prosody rate='slow'>One moment please")
        assert requests.texts == ["One moment please"]


async def test_ssml_that_the_service_refuses_is_said_without_its_tags(watson, say):
    async with watson() as (emulated, _, engine, requests):
        emulated.behaviour.text_to_speech.append(Fault("status", status=400))
        assert await say(engine, "<say-as wrong='1'>One &amp; two</say-as>")
        assert requests.texts == ["<say-as wrong='1'>One &amp; two</say-as>", "One &amp; two"]


async def test_sentences_are_said_in_order(watson, say):
    texts = [f"This is the sentence number {number}." for number in range(5)]
    async with watson() as (_, voice, engine, requests):
        audio = await say(engine, " ".join(texts))
        assert requests.texts == texts
        assert audio == b"".join(voice.sound(text) * PCMU.size(1.0) for text in texts)


async def test_the_next_sentence_is_asked_for_while_one_is_heard_and_no_further(watson):
    texts = [f"This is the sentence number {number}." for number in range(4)]
    async with (
        watson() as (_, _, engine, requests),
        engine.synthesize(" ".join(texts), PCMU, "en-US", {}) as chunks,
    ):
        await anext(chunks)
        with anyio.fail_after(2):
            while len(requests.seen) < 2:
                await anyio.sleep(0.01)
        await anyio.sleep(0.1)
        assert requests.texts == texts[:2]


async def test_a_failing_sentence_is_told_when_it_is_its_turn(watson):
    voice = MemoryTextToSpeech(formats=(PCMU,), ssml=True, fail={"And this is the second sentence."})
    async with watson(voice) as (_, _, engine, _):
        text = "This is the first sentence. And this is the second sentence."
        async with engine.synthesize(text, PCMU, "en-US", {}) as chunks:
            heard = b""
            while len(heard) < PCMU.size(2.0):
                heard += await anext(chunks)
            with pytest.raises(SpeechError) as raised:
                await anext(chunks)
        assert heard == voice.sound("This is the first sentence.") * PCMU.size(2.0)
        assert raised.value.reason == "status 500"


async def test_what_the_caller_of_a_prompt_raises_comes_out_as_it_is(watson):
    async with watson() as (_, _, engine, _):
        with pytest.raises(KeyError):
            async with engine.synthesize(
                "This is the first sentence. And this is the second sentence.", PCMU, "en-US", {}
            ):
                raise KeyError


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("status", status=503), "status 503"),
        (Fault("status", status=429), "status 429"),
        (Fault("reset", times=2), "connection broke"),
        (Fault("reset", phase="middle", after=2_000), "connection broke"),
        (Fault("wrong_type"), "unreadable answer"),
    ],
)
async def test_a_failure_says_why_in_fixed_words(watson, say, fault, reason):
    async with watson() as (emulated, _, engine, _):
        emulated.behaviour.text_to_speech.append(fault)
        with pytest.raises(SpeechError) as raised:
            await say(engine, "A secret sentence.")
        assert raised.value.reason == reason
        assert "secret" not in str(raised.value)


@pytest.mark.parametrize("phase", ["first", "middle"])
async def test_a_service_that_stalls_is_left_after_three_seconds(watson, say, monkeypatch, phase):
    monkeypatch.setattr("switchhook_tts_watson.request.PATIENCE", 0.4)
    monkeypatch.setattr("switchhook_tts_watson.request.TIMEOUTS", Timeouts(2.0, 0.4))
    async with watson() as (emulated, _, engine, _):
        await say(engine, "So that there is a token.")
        emulated.behaviour.text_to_speech.append(Fault("hang", phase=phase, after=2_000))
        with anyio.fail_after(2), pytest.raises(SpeechError) as raised:
            await say(engine, "Good morning.")
        assert raised.value.reason == "no answer in time"


async def test_too_many_requests_are_not_repeated(watson, say):
    async with watson() as (emulated, _, engine, requests):
        emulated.behaviour.text_to_speech.append(Fault("status", status=429))
        with pytest.raises(SpeechError):
            await say(engine, "Good morning.")
        assert len(requests.seen) == 1


async def test_a_token_that_is_refused_is_replaced_at_once(watson, say):
    async with watson() as (emulated, _, engine, _):
        await say(engine, "Good morning.")
        emulated.behaviour.revoke_tokens()
        assert await say(engine, "Good evening.")


async def test_leaving_early_leaves_room_for_the_next(watson, say):
    async with watson() as (emulated, _, engine, _):
        for _ in range(5):
            emulated.behaviour.text_to_speech.append(Fault("slow", rate=1_000))
            async with engine.synthesize("Good morning.", PCMU, "en-US", {}) as chunks:
                await anext(chunks)
        with anyio.fail_after(2):
            assert await say(engine, "Good evening.")


async def test_a_prompt_of_nothing_is_no_request(watson, say):
    async with watson() as (_, _, engine, requests):
        assert await say(engine, " \n ") == b""
        assert not requests.seen


async def test_an_unknown_voice_says_what_to_do(watson, say):
    async with watson(voice="en-US_NobodyVoice") as (_, _, engine, _):
        with pytest.raises(SpeechError, match="en-US_NobodyVoice"):
            await say(engine, "Good morning.")


async def test_a_wrong_key_says_what_to_do(watson, say):
    async with watson(api_key="another") as (_, _, engine, _):
        with pytest.raises(SpeechError, match="refuses the API key"):
            await say(engine, "Good morning.")


async def test_another_format_is_refused_with_those_that_are_given(watson, say):
    async with watson() as (_, _, engine, _):
        with pytest.raises(SpeechError, match="PCMU at 8000 Hz, PCM at 8000 Hz, got L16 at 16000 Hz"):
            await say(engine, "Good morning.", audio=AudioFormat("L16", 16000))


async def test_an_assistant_s_parameters_go_before_the_configured_ones(watson, say, caplog):
    configured = {"rate_percentage": -10, "pitch_percentage": 5}
    async with watson(voice="en-US_LisaV3Voice", parameters=configured) as (_, _, engine, requests):
        await say(engine, "Good morning.", {"voice": "en-US_EmilyV3Voice", "rate_percentage": 20, "new": 1})
        await say(engine, "Good evening.", {"new": "Secret"})
        assert requests.queries == [
            {"voice": "en-US_EmilyV3Voice", "rate_percentage": "20", "pitch_percentage": "5"},
            {"voice": "en-US_LisaV3Voice", "rate_percentage": "-10", "pitch_percentage": "5"},
        ]
    warnings = [
        each for each in caplog.records if each.levelno == logging.WARNING and each.name.endswith("queries")
    ]
    assert len(warnings) == 1
    assert "Secret" not in warnings[0].getMessage()


async def test_it_holds_what_every_engine_must_hold(watson):
    async with watson() as (_, _, engine, _):
        await check_text_to_speech(lambda: engine)


@pytest.mark.parametrize(("table", "kind"), [({}, LanguageUnknown), ({"voice": GONE}, SpeechError)])
async def test_only_a_missing_voice_that_nobody_named_says_that_the_language_is_unknown(
    watson, say, monkeypatch, table, kind
):
    monkeypatch.setitem(VOICES, "en-US", GONE)
    async with watson(**table) as (_, _, engine, _):
        with pytest.raises(SpeechError) as raised:
            await say(engine, "Good morning.")
    assert type(raised.value) is kind
