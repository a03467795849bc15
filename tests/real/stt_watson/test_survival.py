"""What a caller loses when the connection fails: nothing, or the call goes to its next engine."""

import random

import anyio
import pytest

from switchhook import AudioFormat, SpeechError
from switchhook_testing_watson import Fault

pytestmark = pytest.mark.anyio

LINE = AudioFormat("PCMU", 8000)
SILENCE = LINE.silence(0.2)
PACE = 0.01  # seconds of the test for a frame of 0.2


def word(number):
    return bytes([1 + number]) * LINE.size(0.2)


async def talk(recognition, numbers, pause=3):
    """Phrases of three words."""
    for at in range(0, len(numbers), 3):
        for frame in [*map(word, numbers[at : at + 3]), *[SILENCE] * pause]:
            recognition.feed(frame)
            await anyio.sleep(PACE)


def words(numbers):
    return " ".join(f"w{1 + number}" for number in numbers)


@pytest.mark.parametrize("after", [2_000, 11_000, 23_456])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("reset", phase="middle"),
        Fault("close", status=1000, phase="middle"),
        Fault("status", phase="middle"),
    ],
    ids=["reset", "close", "error"],
)
async def test_no_word_is_lost_or_heard_twice_when_the_connection_breaks(watson, listening, fault, after):
    numbers = list(range(12))
    async with watson() as (emulated, ear, engine):
        emulated.behaviour.speech_to_text.append(
            Fault(fault.kind, status=fault.status, phase="middle", after=after)
        )
        async with listening(engine) as (recognition, heard):
            await talk(recognition, numbers)
            await heard.until(lambda it: it.over or words(numbers[-1:]) in it.words)
            assert heard.problem is None
            assert heard.words == words(numbers)
            assert len(ear.fed) == 2


async def test_times_stay_those_of_the_audio_fed(watson, listening):
    async with watson() as (emulated, _, engine):
        emulated.behaviour.speech_to_text.append(Fault("reset", phase="middle", after=12_000))
        async with listening(engine) as (recognition, heard):
            await talk(recognition, range(9))
            await heard.until(lambda it: len(it.finals) == 3)
            assert [final.start for final in heard.finals] == pytest.approx([0.0, 1.2, 2.4], abs=0.03)
            assert [final.end for final in heard.finals] == pytest.approx([0.6, 1.8, 3.0], abs=0.03)


@pytest.mark.parametrize("kind", ["garbage", "wrong_type"])
async def test_what_is_none_of_the_service_s_ends_the_connection_only(watson, listening, kind):
    async with watson() as (emulated, _, engine):
        emulated.behaviour.speech_to_text.append(Fault(kind, phase="middle", after=1_000))
        async with listening(engine) as (recognition, heard):
            await talk(recognition, range(6))
            await heard.until(lambda it: it.over or "w6" in it.words)
            assert heard.words == words(range(6))


async def test_a_service_that_never_listens_is_given_up(watson, listening, monkeypatch):
    monkeypatch.setattr("switchhook_stt_watson.recognition.ANSWERED", 0.5)
    async with watson() as (emulated, _, engine):
        emulated.behaviour.speech_to_text.append(Fault("mute", phase="first", times=9))
        async with listening(engine) as (recognition, heard):
            recognition.feed(word(1))
            await heard.until(lambda it: it.over, patience=9)
            assert isinstance(heard.problem, SpeechError)
            assert heard.problem.reason == "no answer in time"


async def test_two_failures_in_a_row_are_the_call_s_to_deal_with(watson, listening):
    async with watson() as (emulated, _, engine):
        emulated.behaviour.speech_to_text.append(Fault("reset", phase="middle", after=1, times=9))
        async with listening(engine) as (recognition, heard):
            await talk(recognition, range(3))
            await heard.until(lambda it: it.over)
            assert isinstance(heard.problem, SpeechError)
            assert heard.problem.reason == "the connection broke"


async def test_failures_with_results_between_them_go_on(watson, listening):
    numbers = list(range(12))
    async with watson() as (emulated, ear, engine):
        emulated.behaviour.speech_to_text.append(Fault("reset", phase="middle", after=12_000, times=3))
        async with listening(engine) as (recognition, heard):
            await talk(recognition, numbers)
            await heard.until(lambda it: it.over or words(numbers[-1:]) in it.words)
            assert heard.words == words(numbers)
            assert len(ear.fed) > 2


async def test_a_session_that_timed_out_is_opened_again(watson, listening):
    async with watson() as (emulated, ear, engine):
        emulated.behaviour.time_scale = 0.01
        async with listening(engine) as (recognition, heard):
            await talk(recognition, range(3))
            await heard.until(lambda it: it.finals)
            await anyio.sleep(0.4)
            emulated.behaviour.time_scale = 1.0
            await talk(recognition, range(3, 6))
            await heard.until(lambda it: it.over or "w6" in it.words)
            assert heard.words == words(range(6))
            assert len(ear.fed) >= 2


async def test_a_token_that_is_refused_is_replaced_at_once(watson, listening):
    async with watson() as (emulated, _, engine):
        async with listening(engine):
            pass
        emulated.behaviour.revoke_tokens()
        async with listening(engine) as (recognition, heard):
            await talk(recognition, range(3))
            await heard.until(lambda it: it.finals)
            assert heard.problem is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("status", status=503, phase="connect"), "status 503"),
        (Fault("hang", phase="connect"), "no answer in time"),
        (Fault("reset", phase="connect"), "connection broke"),
    ],
)
async def test_a_service_that_does_not_open_is_left_within_two_seconds(watson, fault, reason):
    async with watson() as (emulated, _, engine):
        emulated.behaviour.speech_to_text.append(fault)
        with anyio.fail_after(2.6), pytest.raises(SpeechError) as raised:
            async with engine.open(LINE, "en-US", {}):
                pass
        assert raised.value.reason == reason


async def test_audio_fed_while_it_connects_again_is_not_lost(watson, listening):
    numbers = list(range(9))
    async with watson() as (emulated, _, engine):
        emulated.behaviour.speech_to_text += [
            Fault("reset", phase="middle", after=6_000),
            Fault("delay", seconds=0.5, phase="connect"),
        ]
        async with listening(engine) as (recognition, heard):
            await talk(recognition, numbers)
            await heard.until(lambda it: it.over or words(numbers[-1:]) in it.words)
            assert heard.words == words(numbers)


async def test_a_caller_who_is_cut_off_in_a_word_by_a_pause_is_no_failure(watson, listening, caplog):
    async with watson() as (_, _, engine), listening(engine) as (recognition, heard):
        await talk(recognition, [1, 2], pause=0)
        await heard.until(lambda it: it.finals)  # without a frame of silence
        await talk(recognition, [3])
        await heard.until(lambda it: len(it.finals) > 1)
        assert (heard.words, heard.problem) == ("w2 w3 w4", None)
        assert "connecting again" not in caplog.text


async def test_finish_during_a_failure_still_gives_the_last_words(watson, listening):
    async with watson() as (emulated, _, engine):
        emulated.behaviour.speech_to_text.append(Fault("reset", phase="middle", after=8_000))
        async with listening(engine) as (recognition, heard):
            await talk(recognition, range(3), pause=1)
            await talk(recognition, range(3, 6), pause=0)
            recognition.finish()
            await heard.until(lambda it: it.over)
            assert heard.words == words(range(6))


async def test_whatever_breaks_when_a_call_hears_all_words_or_an_error(watson, listening):
    chance = random.Random(7)
    outcomes = []

    async def call(engine, number):
        said = [(number + step * 7) % 190 for step in range(15)]
        async with listening(engine) as (recognition, heard):
            for at in range(0, len(said), 3):
                await talk(recognition, said[at : at + 3])
                if chance.random() < 0.2:
                    recognition.configure("en-US", {"sad_module": chance.choice([1, 2])})
            recognition.finish()
            await heard.until(lambda it: it.over)
        outcomes.append(words(said) == heard.words or heard.problem is not None)

    async with watson() as (emulated, _, engine):
        for _ in range(20):
            kind = chance.choice(["reset", "close", "status", "garbage"])
            fault = Fault(kind, status=1000, phase="middle", after=chance.randrange(1, 45_000))
            emulated.behaviour.speech_to_text.append(fault)
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(call, engine, number)
    assert outcomes == [True] * 20
