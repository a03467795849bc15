"""Moonshine tiny: samples to text."""

from __future__ import annotations

import ctypes
import os
from functools import partial
from pathlib import Path

# read once, when the library is loaded; without it every decode starts a thread per core
os.environ["MOONSHINE_ORT_SINGLE_THREAD"] = "1"

import moonshine_voice  # type: ignore[import-untyped]  # ships no types
import numpy as np
from moonshine_voice import ModelArch, Transcript
from moonshine_voice.errors import MoonshineError, check_error  # type: ignore[import-untyped]  # ships no types
from moonshine_voice.moonshine_api import TranscriptC  # type: ignore[import-untyped]  # ships no types
from moonshine_voice.transcriber import Transcriber  # type: ignore[import-untyped]  # ships no types

from switchhook import StartError
from switchhook_embedded.decoding import DECODER_RATE, Decoder
from switchhook_embedded.samples import Samples

MODEL = Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
MODEL_FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")

OPTIONS = {
    "vad_threshold": "0.0",  # one line for what it is given: its own endpointing invents words
    "return_audio_data": "false",
}
PRIVATE = ("_lib", "_handle", "_parse_transcript")


def load() -> Decoder:
    """With a transcriber of its own: decoders that share one wait for each other. Raises StartError."""
    transcriber = load_transcriber()
    direct = all(hasattr(transcriber, name) for name in PRIVATE)
    return partial(decode if direct else decode_publicly, transcriber)


def load_transcriber() -> Transcriber:
    missing = [name for name in MODEL_FILES if not (MODEL / name).is_file()]
    if missing:
        raise StartError(
            f"moonshine-voice has no model inside ({', '.join(missing)} missing): "
            "pip install moonshine-voice==0.0.73, later versions would download it"
        )
    try:
        return Transcriber(MODEL, ModelArch.TINY, options=OPTIONS)
    except MoonshineError as error:
        raise StartError(f"moonshine-voice cannot be loaded: {error}") from error


def decode(transcriber: Transcriber, samples: Samples) -> str:
    """By the library's own function, which takes the samples where they are."""
    audio = np.ascontiguousarray(samples, np.float32)
    pointer = audio.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    found = ctypes.POINTER(TranscriptC)()
    transcribe = transcriber._lib.moonshine_transcribe_without_streaming  # noqa: SLF001  # no public way without a copy
    check_error(transcribe(transcriber._handle, pointer, len(audio), DECODER_RATE, 0, ctypes.byref(found)))  # noqa: SLF001  # as above
    return _text(transcriber._parse_transcript(found))  # noqa: SLF001  # as above


def decode_publicly(transcriber: Transcriber, samples: Samples) -> str:
    """The same for a version without those names. It copies each sample through a Python object, holding
    the interpreter's lock meanwhile: 21 ms for 5 s of audio."""
    return _text(transcriber.transcribe_without_streaming(samples.tolist(), DECODER_RATE))


def _text(transcript: Transcript) -> str:
    return " ".join(line.text for line in transcript.lines)
