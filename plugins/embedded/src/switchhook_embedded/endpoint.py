"""Where utterances begin and end: a state machine without I/O, threads or clock.

It is fed the voice detector's windows and counts time in audio fed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from .samples import RATE, Samples

WINDOW = 256  # samples that the voice detector judges at once: 32 ms

HANG = 0.5  # seconds of silence that end an utterance; every engine's default

BEGIN, BEGIN_WINDOWS = 0.5, 2  # speech begins with two windows above this probability
GO_ON = 0.35  # and goes on while a window is not below this one
BEFORE = 0.3  # seconds kept from before the first of them: consonants rise slowly
INTERIM = 0.4  # seconds between interims
SHORTEST = 0.25  # seconds of voice below which nothing is decoded: engines make words of a click
LONGEST = 15.0  # seconds after which an utterance is cut, so that a decode stays short


@dataclass(frozen=True, slots=True)
class Began:
    """The caller began to speak; `at` in seconds of audio fed."""

    at: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said so far (interim) or altogether (final). `number` counts a call's utterances from 0;
    `start` and `end` of the voice in seconds of audio fed; `voiced` seconds of it were voice."""

    number: int
    final: bool
    samples: Samples  # at 8 kHz, with some of what came before and all of the silence after
    start: float
    end: float
    voiced: float

    @property
    def worth_decoding(self) -> bool:
        return self.voiced >= SHORTEST


class Endpointer:
    """Every Began is followed by one final Utterance before the next Began."""

    def __init__(self, hang: float = HANG) -> None:
        self.hang = hang  # may be set at any time
        self._at = 0  # samples fed; all positions below are such
        self._number = 0
        self._kept: deque[Samples] = deque(maxlen=BEGIN_WINDOWS + -(-int(BEFORE * RATE) // WINDOW))
        self._rising = 0  # windows in a row that say speech begins
        self._speech: list[Samples] = []  # empty: nobody speaks
        self._start = self._end = self._asked = self._voiced = 0

    def window(self, samples: Samples, probability: float) -> Began | Utterance | None:
        """Takes the next 256 samples; at most one thing comes of them."""
        self._at += len(samples)
        return self._go_on(samples, probability) if self._speech else self._wait(samples, probability)

    def skip(self, count: int) -> None:
        """Samples that were lost: they take time but are not heard."""
        self._at += count

    def finish(self) -> Utterance | None:
        """No more audio: the final of an utterance that was going on."""
        return self._close() if self._speech else None

    def _wait(self, samples: Samples, probability: float) -> Began | None:
        self._kept.append(samples)
        self._rising = self._rising + 1 if probability > BEGIN else 0
        if self._rising < BEGIN_WINDOWS:
            return None
        self._speech = list(self._kept)
        self._start, self._end, self._asked = self._at - self._rising * WINDOW, self._at, self._at
        self._voiced = self._rising * WINDOW
        return Began(self._start / RATE)

    def _go_on(self, samples: Samples, probability: float) -> Utterance | None:
        self._speech.append(samples)
        if probability >= GO_ON:
            self._end = self._at
            self._voiced += len(samples)
        if self._at - self._end >= self.hang * RATE or len(self._speech) * WINDOW >= LONGEST * RATE:
            return self._close()
        due = self._at - self._asked >= INTERIM * RATE and self._end == self._at
        if not due or self._voiced < SHORTEST * RATE:
            return None
        self._asked = self._at
        return self._utterance(final=False)

    def _close(self) -> Utterance:
        utterance = self._utterance(final=True)
        self._number += 1
        self._speech, self._rising = [], 0
        self._kept.clear()  # no sample is in two utterances
        return utterance

    def _utterance(self, *, final: bool) -> Utterance:
        return Utterance(
            number=self._number,
            final=final,
            samples=np.concatenate(self._speech),
            start=self._start / RATE,
            end=self._end / RATE,
            voiced=self._voiced / RATE,
        )
