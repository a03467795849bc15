"""The library itself: one segment, no state, no copy."""

import os
from importlib.metadata import version

import pytest

from switchhook import StartError
from switchhook_embedded.samples import from_pcm, resample
from switchhook_stt_moonshine import decoder


@pytest.fixture(scope="module")
def transcriber():
    return decoder.load_transcriber()


@pytest.fixture
def samples(on_the_line):
    return lambda name: resample(from_pcm(on_the_line(name)), 8000, 16_000)


def test_the_version_is_the_one_whose_wheel_has_the_model():
    assert version("moonshine-voice") == "0.0.73"
    assert [name for name in decoder.MODEL_FILES if not (decoder.MODEL / name).is_file()] == []


def test_the_library_is_told_to_start_no_threads():
    assert os.environ["MOONSHINE_ORT_SINGLE_THREAD"] == "1"


def test_what_was_decoded_before_leaves_nothing_behind(transcriber, samples):
    alone = decoder.decode(decoder.load_transcriber(), samples("hello"))
    decoder.decode(transcriber, samples("personal_identification_number"))

    assert decoder.decode(transcriber, samples("hello")) == alone


def test_the_public_way_gives_the_same_words(transcriber, samples):
    spoken = samples("info_last_call")

    assert decoder.decode_publicly(transcriber, spoken) == decoder.decode(transcriber, spoken)


def test_the_public_way_is_taken_where_the_private_names_are_gone(monkeypatch, samples):
    monkeypatch.setattr(decoder, "PRIVATE", ("gone",))
    decode = decoder.load()

    assert decode.func is decoder.decode_publicly  # type: ignore[attr-defined]
    assert decode(samples("hello")) == "Hello."


def test_a_failing_library_raises(transcriber, samples, monkeypatch):
    monkeypatch.setattr(transcriber, "_handle", 12345)

    with pytest.raises(decoder.MoonshineError):  # type: ignore[attr-defined]
        decoder.decode(transcriber, samples("hello"))


def test_a_version_without_a_model_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setattr(decoder, "MODEL", tmp_path)

    with pytest.raises(StartError, match=r"pip install moonshine-voice==0\.0\.73"):
        decoder.load()


def test_a_library_that_cannot_be_loaded_stops_the_start(monkeypatch):
    def refuse(*_, **__):
        raise decoder.MoonshineError("GLIBC_2.34 not found")  # type: ignore[attr-defined]

    monkeypatch.setattr(decoder, "Transcriber", refuse)

    with pytest.raises(StartError, match="GLIBC"):
        decoder.load()
