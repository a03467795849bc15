"""A caller heard through the real protocol, over TLS, with a token."""

import logging

import anyio
import pytest

from switchhook import AudioFormat, SpeechError, SpeechStarted, Transcript, codec_for
from switchhook.testing.conformance import check_speech_to_text

pytestmark = pytest.mark.anyio

LINE = AudioFormat("PCMU", 8000)
PCM = AudioFormat("PCM", 8000)
SILENCE = LINE.silence(0.2)


def word(number):
    return bytes([1 + number]) * LINE.size(0.2)


def phrase(*numbers):
    return [*map(word, numbers), SILENCE, SILENCE, SILENCE]


async def test_interims_and_a_final_come_while_the_caller_is_on_the_line(watson, listening):
    async with watson() as (_, _, engine), listening(engine) as (recognition, heard):
        for frame in phrase(1, 2):
            recognition.feed(frame)
        await heard.until(lambda it: it.finals)
        texts = [(each.text, each.final) for each in heard.events]
        assert texts[-1] == ("w2 w3", True)
        assert ("w2", False) in texts or ("w2 w3", False) in texts


async def test_times_are_seconds_of_audio_fed(watson, listening):
    async with watson() as (_, _, engine), listening(engine) as (recognition, heard):
        for frame in [SILENCE] * 5 + phrase(1, 2):
            recognition.feed(frame)
        await heard.until(lambda it: it.finals)
        [final] = heard.finals
        assert (final.start, final.end) == pytest.approx((1.0, 1.4), abs=0.02)


async def test_one_connection_lives_across_utterances(watson, listening):
    async with watson() as (emulated, ear, engine), listening(engine) as (recognition, heard):
        for number in range(3):
            for frame in phrase(number):
                recognition.feed(frame)
            await heard.until(lambda it, wanted=number + 1: len(it.finals) == wanted)
        assert len(ear.fed) == 1
        assert [seen.body["action"] for seen in emulated.log if seen.method == "MESSAGE"] == ["start"]


async def test_the_line_s_bytes_arrive_as_they_are(watson, listening):
    async with watson() as (_, ear, engine), listening(engine) as (recognition, heard):
        frames = phrase(*range(20))
        for frame in frames:
            recognition.feed(frame)
        await heard.until(lambda it: it.finals)
        assert bytes(ear.fed[0]) == b"".join(frames)


async def test_the_start_message_asks_for_what_a_call_needs(watson, listening):
    async with watson(parameters={"speech_detector_sensitivity": 0.4}) as (emulated, _, engine):
        async with listening(engine, {"end_of_phrase_silence_time": 0.5}) as (recognition, heard):
            for frame in phrase(1):
                recognition.feed(frame)
            await heard.until(lambda it: it.finals)
        start = next(seen.body for seen in emulated.log if seen.method == "MESSAGE")
        assert start == {
            "action": "start",
            "content-type": "audio/mulaw;rate=8000",
            "interim_results": True,
            "low_latency": True,
            "smart_formatting": True,
            "inactivity_timeout": -1,
            "timestamps": True,
            "speech_detector_sensitivity": 0.4,
            "end_of_phrase_silence_time": 0.5,
        }


async def test_the_token_goes_into_a_header_and_the_model_into_the_query(watson, listening):
    async with watson() as (emulated, _, engine), listening(engine):
        [upgrade] = [seen for seen in emulated.log if seen.path.endswith("/v1/recognize")][:1]
        assert upgrade.headers["authorization"].startswith("Bearer ")
        assert upgrade.query == {"model": "en-US_Telephony", "x-watson-learning-opt-out": "true"}


async def test_linear_samples_are_taken_where_the_line_has_another_coding(watson, listening):
    codec = codec_for(LINE)
    async with (
        watson(PcmEar()) as (emulated, _, engine),
        listening(engine, audio=PCM) as (recognition, heard),
    ):
        for frame in phrase(1, 2):
            recognition.feed(codec.decode(frame))
        recognition.finish()
        await heard.until(lambda it: it.over)
        assert heard.words == "a word"
        start = next(seen.body for seen in emulated.log if seen.method == "MESSAGE")
        assert start["content-type"] == "audio/l16;rate=8000;channels=1;endianness=little-endian"


async def test_another_format_is_refused_with_those_that_are_taken(watson):
    async with watson() as (_, _, engine):
        with pytest.raises(SpeechError, match="PCMU at 8000 Hz, PCM at 8000 Hz, got L16 at 16000 Hz"):
            async with engine.open(AudioFormat("L16", 16000), "en-US", {}):
                pass


async def test_finish_gives_the_last_final_and_ends(watson, listening):
    async with watson() as (_, _, engine), listening(engine) as (recognition, heard):
        recognition.feed(word(1))
        recognition.finish()
        await heard.until(lambda it: it.over)
        assert heard.words == "w2"
        assert heard.problem is None


async def test_a_call_in_which_nothing_was_fed_ends_well(watson, listening):
    async with watson() as (_, _, engine), listening(engine) as (recognition, heard):
        recognition.finish()
        await heard.until(lambda it: it.over)
        assert heard.problem is None
        assert not heard.finals


async def test_the_raw_final_is_kept_for_the_assistant(watson, listening):
    async with watson() as (_, _, engine), listening(engine) as (recognition, heard):
        for frame in phrase(1):
            recognition.feed(frame)
        await heard.until(lambda it: it.finals)
        [result] = heard.finals[0].raw["results"]
        assert result["alternatives"][0]["transcript"] == "w2 "
        assert heard.finals[0].confidence == 0.9
        assert set(heard.finals[0].raw["transaction_ids"]) == {
            "x-global-transaction-id",
            "x-dp-watson-tran-id",
        }


async def test_speech_started_comes_where_it_was_asked_for(watson, listening):
    async with (
        watson(parameters={"speech_begin_event": True}) as (_, _, engine),
        listening(engine) as (recognition, heard),
    ):
        for frame in [SILENCE] * 5 + phrase(1):
            recognition.feed(frame)
        await heard.until(lambda it: it.finals)
        assert heard.events[0] == SpeechStarted(1.0)


async def test_new_message_parameters_change_on_the_same_connection(watson, listening):
    async with watson() as (emulated, ear, engine), listening(engine) as (recognition, heard):
        for frame in [*phrase(1, 2), word(3)]:
            recognition.feed(frame)
        assert recognition.configure("en-US", {"end_of_phrase_silence_time": 0.7})
        for frame in phrase(4, 5):
            recognition.feed(frame)
        await heard.until(lambda it: "w6" in it.words)
        assert heard.words == "w2 w3 w4 w5 w6"
        assert [parameters.get("end_of_phrase_silence_time") for parameters in ear.parameters] == [None, 0.7]
        assert len([seen for seen in emulated.log if seen.method == "GET"]) == 1


async def test_times_go_on_when_parameters_change(watson, listening):
    async with watson() as (_, _, engine), listening(engine) as (recognition, heard):
        for frame in phrase(1):
            recognition.feed(frame)
        recognition.configure("en-US", {"end_of_phrase_silence_time": 0.7})
        for frame in phrase(2):
            recognition.feed(frame)
        await heard.until(lambda it: len(it.finals) == 2)
        assert [final.start for final in heard.finals] == pytest.approx([0.0, 0.8], abs=0.02)


async def test_the_latest_of_several_changes_counts(watson, listening):
    async with watson() as (_, ear, engine), listening(engine) as (recognition, heard):
        for silence in (0.6, 0.7, 0.9):
            assert recognition.configure("en-US", {"end_of_phrase_silence_time": silence})
        for frame in phrase(1):
            recognition.feed(frame)
        await heard.until(lambda it: it.finals)
        assert ear.parameters[-1]["end_of_phrase_silence_time"] == 0.9


@pytest.mark.parametrize(
    ("language", "parameters"),
    [
        ("de-DE", {}),
        ("en-US", {"model": "en-GB_Telephony"}),
        ("en-US", {"language_customization_id": "x"}),
    ],
)
async def test_what_belongs_to_the_connection_needs_another(watson, listening, language, parameters):
    async with watson() as (_, _, engine), listening(engine) as (recognition, _):
        assert not recognition.configure(language, parameters)


async def test_an_unknown_parameter_warns_once_without_its_value(watson, listening, caplog):
    async with watson() as (_, _, engine), listening(engine, {"wanted": "Secret"}) as (recognition, heard):
        for frame in phrase(1):
            recognition.feed(frame)
        await heard.until(lambda it: it.finals)
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert any("'wanted'" in each for each in said)
    assert not any("Secret" in each for each in said)


async def test_a_wrong_key_says_what_to_do(watson):
    async with watson(api_key="another") as (_, _, engine):
        with pytest.raises(SpeechError, match="refuses the API key") as raised:
            async with engine.open(LINE, "en-US", {}):
                pass
        assert raised.value.reason == "no token: status 400"


async def test_an_unknown_model_says_what_to_do(watson, listening):
    async with watson(model="en-US_Imaginary") as (_, _, engine), listening(engine) as (recognition, heard):
        recognition.feed(SILENCE)
        recognition.finish()
        await heard.until(lambda it: it.over)
        assert "en-US_Imaginary" in str(heard.problem)
        assert heard.problem.reason == "the service refuses the request"


async def test_it_holds_what_every_engine_must_hold(watson):
    codec = codec_for(LINE)
    pcm = b"".join(codec.decode(frame) for frame in [*phrase(1, 2, 3), SILENCE])
    async with watson(PcmEar()) as (_, _, engine):
        finals = await check_speech_to_text(lambda: engine, pcm)
        assert " ".join(final.text for final in finals) == "a word"


class PcmEar:
    """Hears one word in whatever is not silent, as the emulator's own codec gives linear samples."""

    formats = (PCM,)

    def open(self, _audio, _language, _parameters, /):
        return LinearHearing()


class LinearHearing:
    def __init__(self):
        self.loud, self.size, self.finished = False, 0, None

    async def __aenter__(self):
        self.finished = anyio.Event()
        return self

    async def __aexit__(self, *_):
        pass

    def feed(self, audio, /):
        self.size += len(audio)
        self.loud = self.loud or any(audio)

    def configure(self, _language, _parameters, /):
        return False

    def finish(self):
        self.finished.set()

    async def __aiter__(self):
        await self.finished.wait()
        if self.loud:
            yield Transcript("a word", True, 0.0, PCM.seconds(self.size))
