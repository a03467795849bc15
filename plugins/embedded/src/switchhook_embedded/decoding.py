"""A pool of engines that turn utterances into text, one thread each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .samples import RATE, Samples, resample
from .threads import WorkerThreads

DECODER_RATE = 16000

Decoder: TypeAlias = Callable[[Samples], str]  # samples at 16 kHz; used by one thread at a time


@dataclass(eq=False, slots=True)
class Decode:
    """One utterance to be decoded, and who wants it."""

    samples: Samples  # at 8 kHz
    final: bool
    wanted: Callable[[], bool]  # asked right before the work begins
    done: Callable[[str | Exception], None]  # called in the worker's thread
    over: bool = False  # decoded, failed or dropped

    def run(self, decoder: Decoder) -> None:
        try:
            if self.wanted():
                self.done(self._decode(decoder))
        finally:
            self.over = True

    def _decode(self, decoder: Decoder) -> str | Exception:
        try:
            return decoder(resample(self.samples, RATE, DECODER_RATE)).strip()
        except Exception as error:  # noqa: BLE001  # an engine may raise anything; it becomes the call's SpeechError
            return error


class DecoderPool:
    """Finals go before interims and are never dropped. Interims are, when the decoders are behind; so what
    waits is bounded by the finals, which come no faster than people speak."""

    def __init__(self, name: str, decoders: Sequence[Decoder]) -> None:
        self._threads = WorkerThreads(f"{name}-decode", decoders)

    def working(self) -> AbstractContextManager[None]:
        return self._threads.working()

    def behind(self) -> float:
        """Seconds that the oldest final has waited."""
        return self._threads.behind()

    def submit(self, job: Decode) -> None:
        if not job.final and self._threads.backlog > self._threads.size:
            job.over = True
        else:
            self._threads.submit(job.run, urgent=job.final)


def load_decoders(load: Callable[[], Decoder], count: int) -> list[Decoder]:
    """Each warmed. The first alone, as it may load a library that cannot be loaded twice at once."""
    first = warm(load())
    with ThreadPoolExecutor(count) as threads:
        return [first, *threads.map(lambda _: warm(load()), range(1, count))]


def warm(decoder: Decoder) -> Decoder:
    """Has it decode a second of silence, so that the first caller does not wait."""
    decoder(np.zeros(DECODER_RATE, np.float32))
    return decoder
