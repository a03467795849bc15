"""A recorded call, from the first frame to the file."""

import logging
import wave
from threading import Event

import pytest

from switchhook import AudioFormat, CollectDigits, Gap, LegInfo, SetListening, hookimpl
from switchhook.testing import MemoryAssistant, MemoryLeg
from switchhook_recording import disk
from switchhook_recording.disk import Disk, RecordingFile
from switchhook_recording.plugin import _unwritable

from .recorded import Wav, file_of, greeting, only_file, recorded, speak

pytestmark = pytest.mark.anyio
QUIET = 0xFF


async def a_word(talk):
    await talk.wait(1.0)
    await speak(talk, 7, 3.0)


async def test_the_caller_is_left_and_the_bot_right_in_the_coding_of_the_line(tmp_path):
    await recorded(tmp_path, a_word)
    wav = Wav(only_file(tmp_path).read_bytes())
    assert (wav.tag, wav.channels, wav.rate, wav.bits) == (7, 2, 8000, 8)
    assert wav.begins("caller", 7) == pytest.approx(1.0, abs=0.02)
    assert wav.begins("bot", 1) == pytest.approx(0.05, abs=0.02)
    assert wav.at("caller", 0.5) == QUIET
    assert wav.at("bot", 3.0) == QUIET
    assert wav.seconds == pytest.approx(4.0, abs=0.02)


async def test_sizes_in_the_file_are_right(tmp_path):
    await recorded(tmp_path, a_word)
    data = only_file(tmp_path).read_bytes()
    assert Wav(data).whole == len(data) - 8


async def test_the_record_names_the_file(tmp_path):
    record = await recorded(tmp_path, a_word)
    assert record.recordings == [str(only_file(tmp_path))]


async def test_only_the_servers_user_may_read_it(tmp_path):
    await recorded(tmp_path, a_word)
    assert only_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert only_file(tmp_path).parent.stat().st_mode & 0o777 == 0o700


async def test_the_file_can_be_found_by_the_conversation_and_leads_nowhere_else(tmp_path):
    leg = MemoryLeg(LegInfo("../../leg", "test", conversation_id="7d7c2f3e-1111/../.."))
    await recorded(tmp_path, a_word, leg=leg)
    assert only_file(tmp_path).name.partition("_")[2] == "7d7c2f3e-1111_leg.wav"


async def test_a_known_signal_is_in_sync_after_ten_minutes(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "MOST_WAITING", 3600.0)  # the clock is faster than any disk
    sent = []

    async def ten_minutes(talk):
        for minute in range(10):
            await speak(talk, 100 + minute, 58.0)
            talk.say("more")
            await talk.wait(2.0)
            talk.leg._deliver(Gap(58.0, 2.0))
        sent.extend(talk.leg.sent)

    await recorded(tmp_path, ten_minutes, assistant=greeting(more=["answer"]))
    wav = Wav(only_file(tmp_path).read_bytes())
    for minute in range(10):
        assert wav.begins("caller", 100 + minute) == pytest.approx(60 * minute, abs=0.02)
        answered = 60 * minute + 58.05  # the leg is 50 ms away
        assert wav.at("bot", answered - 0.02) == QUIET
        assert wav.at("bot", answered + 0.02) == 2
    assert wav.seconds == pytest.approx(600.0, abs=0.05)


async def test_a_pause_of_the_peers_own_is_silence(tmp_path):
    async def paused(talk):
        await speak(talk, 5, 3.0)
        talk.leg.pause_caller()
        await speak(talk, 6, 4.0)
        talk.leg.resume_caller()
        await speak(talk, 7, 1.0)

    await recorded(tmp_path, paused)
    wav = Wav(only_file(tmp_path).read_bytes())
    assert 6 not in wav.caller
    assert wav.begins("caller", 7) == pytest.approx(7.0, abs=0.02)


async def test_a_number_that_is_asked_for_in_confidence_is_silence(tmp_path):
    class Asking:
        @hookimpl
        def handle_text(self, response):
            return CollectDigits(count=4, sensitive=True) if response.text == "number" else None

    async def keyed(talk):
        await speak(talk, 5, 3.0)
        talk.say("pay")
        await speak(talk, 6, 2.0)
        for key in "4711":
            talk.leg.press(key)
        await speak(talk, 7, 4.0)

    answers = MemoryAssistant(
        lambda turn: {1: ["welcome"], 2: ["number"], 3: ["that was 4711"], 4: ["bye"]}.get(turn.number, [])
    )
    await recorded(tmp_path, keyed, assistant=answers, plugins=[Asking()])
    wav = Wav(only_file(tmp_path).read_bytes())
    assert 6 not in wav.caller
    assert set(wav.bot) == {1, QUIET}  # the greeting, and not the number
    assert 7 in wav.caller


@pytest.mark.parametrize(("said", "kept"), [("Yes", 1), ("true", 1), ("no", 0), ("", 0), (None, 0)])
async def test_consent_is_an_input_variable(tmp_path, said, kept):
    variables = {} if said is None else {"may_record": said}
    leg = MemoryLeg(LegInfo("leg-1", "test", variables=variables))
    record = await recorded(tmp_path, a_word, leg=leg, consent="may_record")
    assert len([*tmp_path.glob("*/*")]) == len(record.recordings) == kept


async def test_a_connector_may_be_left_out(tmp_path):
    record = await recorded(tmp_path, a_word, connectors={"test": {"record": False}})
    assert record.recordings == [*tmp_path.iterdir()] == []


# --- a disk that does not do its work


def unwritable(tmp_path):
    there = tmp_path / "file"
    there.write_text("no directory")
    return there


def test_a_link_to_a_disk_that_is_not_there_cannot_be_written_to(tmp_path):
    (tmp_path / "recordings").symlink_to(tmp_path / "mounted")
    assert _unwritable(tmp_path / "recordings").endswith("recordings is a link to what is not there")
    assert _unwritable(tmp_path / "new") == ""


async def test_a_call_goes_on_where_it_cannot_be_recorded_and_the_record_says_so(tmp_path, caplog):
    async def until_lost(talk):
        while not file_of(talk).lost:
            await talk.wait(0.001)

    record = await recorded(unwritable(tmp_path), until_lost)
    assert record.outcome == "hung_up"
    assert record.recordings == []
    assert [(each["source"], each["error"]) for each in record.faults] == [
        ("extension/recording", "Not a directory")
    ]
    assert "the recording of call leg-1 is lost: Not a directory" in caplog.text


def lost_after_the_greeting():
    """What the disk waits for, and what the caller does."""
    free = Event()

    async def act(talk):
        await talk.wait(3.0)
        free.set()
        while not file_of(talk).lost:
            await talk.wait(0.001)
        talk.say("go on")
        await talk.wait(3.0)

    return {
        "act": act,
        "before": lambda disk: disk.do(free.wait),
        "assistant": greeting(**{"go on": ["answer"]}),
    }


async def test_a_call_that_must_be_recorded_is_handed_over_at_the_bots_next_word(tmp_path):
    record = await recorded(unwritable(tmp_path), **lost_after_the_greeting(), when_lost="hand_over")
    assert record.outcome == "handed_over"
    assert "handed over, as the call cannot be recorded: Not a directory" in str(record.not_performed)
    assert [turn.said for turn in record.turns] == [["•••"], []]


async def test_one_connector_may_have_another_policy(tmp_path):
    settings = {"when_lost": "hand_over", "connectors": {"test": {"when_lost": "allow"}}}
    record = await recorded(unwritable(tmp_path), **lost_after_the_greeting(), **settings)
    assert record.outcome == "hung_up"
    assert [turn.said for turn in record.turns] == [["•••"], ["•••"]]


async def test_a_disk_that_is_too_slow_costs_the_recording_and_never_the_call(tmp_path, caplog):
    free = Event()

    async def long(talk):
        await speak(talk, 7, 120.0)
        assert file_of(talk).lost == "the disk is too slow"
        assert file_of(talk)._asked <= 2 * 8000 * (disk.MOST_WAITING + 2)
        free.set()

    record = await recorded(tmp_path, long, before=lambda disk: disk.do(free.wait))
    assert record.outcome == "hung_up"
    assert [each["error"] for each in record.faults] == ["the disk is too slow"]
    assert [*tmp_path.glob("*/*")] == []
    assert caplog.text.count("is lost") == 1


def test_a_full_disk_leaves_no_half_file_and_the_next_recording_works(tmp_path, monkeypatch, caplog):
    lost = []
    working = Disk(lost=lost.append)
    file = RecordingFile(working, tmp_path / "day" / "a.wav", AudioFormat(), None, "leg-1")

    def full(data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file, "_put", full)
    file.write(b"\x01" * 16_000, b"", 16_000)
    file.close()
    another = RecordingFile(working, tmp_path / "day" / "b.wav", AudioFormat(), None, "leg-2")
    another.write(b"\x01" * 16_000, b"", 16_000)
    another.close()
    working.close(5)
    assert file.lost == "No space left on device"
    assert [each.name for each in tmp_path.glob("*/*")] == ["b.wav"]
    assert [each.levelno for each in caplog.records] == [logging.ERROR]
    assert lost == [1]


def test_a_disk_that_has_become_read_only_costs_no_later_recording(tmp_path, monkeypatch, caplog):
    working = Disk()
    file = RecordingFile(working, tmp_path / "day" / "a.wav", AudioFormat(), None, "leg-1")

    def read_only(*given, **more):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(file, "_put", read_only)
    monkeypatch.setattr(type(file._part), "unlink", read_only)
    file.write(b"\x01" * 16_000, b"", 16_000)
    file.close()
    another = RecordingFile(working, tmp_path / "day" / "b.wav", AudioFormat(), None, "leg-2")
    another.write(b"\x01" * 16_000, b"", 16_000)
    another.close()
    working.close(5)
    assert Wav((tmp_path / "day" / "b.wav").read_bytes()).at("caller", 0.5) == 1
    assert "stays in" in caplog.text


# --- other codings


def written(tmp_path, audio, caller, bot):
    working, path = Disk(), tmp_path / "day" / "a.wav"
    file = RecordingFile(working, path, audio, None, "leg-1")
    file.write(caller, bot, len(caller))
    file.close()
    working.close(5)
    return path


@pytest.mark.parametrize(("encoding", "order"), [("PCM", "little"), ("L16", "big")])
def test_linear_audio_is_a_common_wav_file(tmp_path, encoding, order):
    left, right = [
        b"".join(n.to_bytes(2, order, signed=True) for n in each) for each in ([1, -2, 3], [400, 500, -600])
    ]
    with wave.open(str(written(tmp_path, AudioFormat(encoding, 16_000), left, right))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 16_000)
        samples = file.readframes(file.getnframes())
    numbers = [
        int.from_bytes(samples[at : at + 2], "little", signed=True) for at in range(0, len(samples), 2)
    ]
    assert numbers == [1, 400, -2, 500, 3, -600]


def test_a_law_is_named_as_such(tmp_path):
    wav = Wav(written(tmp_path, AudioFormat("PCMA", 8000), b"\x01\x02", b"").read_bytes())
    assert (wav.tag, wav.caller, wav.bot) == (6, b"\x01\x02", b"\xd5\xd5")


async def test_what_is_said_while_the_bot_does_not_listen_is_silence(tmp_path):
    class Asking:
        @hookimpl
        def handle_text(self, response):
            return {"off": SetListening(speech=False), "on": SetListening(speech=True)}.get(response.text)

    async def act(talk):
        await speak(talk, 5, 2.0)
        talk.say("off")
        await speak(talk, 6, 2.0)
        talk.leg.press("1")
        await speak(talk, 7, 2.0)

    answers = greeting(off=["off"], **{"1": ["on"]})
    await recorded(tmp_path, act, assistant=answers, plugins=[Asking()])
    assert set(Wav(only_file(tmp_path).read_bytes()).caller) == {5, 7, QUIET}
