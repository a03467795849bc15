"""Under which conditions callers are heard: a telephone's band, background, level, lost packets, speed."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from switchhook import Table

from .stretching import stretched

RATE = 8000
PACKET = 160  # samples that a network loses together: 20 ms
BURST = 3  # packets in a row, where any is lost
LOW, HIGH = 300.0, 3400.0  # Hz, a telephone's band
USUAL = 3277.0  # how loud a caller is who has said nothing yet: 20 dB below full scale
FULL = 32767


class Condition(Table):
    """`snr`: decibels from the background to the voice; `level`: of both, in decibels; `gaps`: the share of
    packets that is lost; `speed` of the voice, 1 is as it was."""

    telephone: bool = False
    background: Literal["noise", "babble"] | None = None
    snr: Annotated[float, Field(ge=-20, le=60)] = 10
    level: Annotated[float, Field(ge=-40, le=20)] = 0
    gaps: Annotated[float, Field(ge=0, le=0.5)] = 0
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1


KNOWN: Mapping[str, Condition] = {
    "clear": Condition(),
    "telephone": Condition(telephone=True),
    "noise": Condition(telephone=True, background="noise", snr=10),
    "babble": Condition(telephone=True, background="babble", snr=10),
    "faint": Condition(telephone=True, level=-20),
    "gaps": Condition(telephone=True, gaps=0.05),
    "fast": Condition(telephone=True, speed=1.25),
    "slow": Condition(telephone=True, speed=0.8),
}


class Line:
    """A caller's in one call. `babble`: samples of people who talk, as 16-bit PCM."""

    def __init__(self, condition: Condition, random: Random, babble: bytes = b"") -> None:
        self._condition, self._random = condition, random
        self._gain = 10 ** (condition.level / 20)
        self._loud = 0.0  # of the voice
        self._filters = [_Biquad.high_pass(LOW), _Biquad.low_pass(HIGH)] if condition.telephone else []
        self._background = self._source(condition, babble)
        self._losing = 0  # packets that are still to be lost

    def spoken(self, pcm: bytes, /) -> bytes:
        said = stretched(_samples(pcm), self._condition.speed)
        self._loud = max(self._loud, loudness(said))
        return _pcm(said)

    def carried(self, pcm: bytes, /) -> bytes:
        heard: Sequence[float] = _samples(pcm)
        if self._background is not None:
            share = (self._loud or USUAL) * 10 ** (-self._condition.snr / 20)
            heard = [a + share * b for a, b in zip(heard, self._background.take(len(heard)), strict=True)]
        for each in self._filters:
            heard = each.filtered(heard)
        return _pcm(self._lost([self._gain * sample for sample in heard]))

    def _source(self, condition: Condition, babble: bytes) -> _Pink | _Loop | None:
        match condition.background:
            case "noise":
                return _Pink(self._random)
            case "babble":
                return _Loop(_samples(babble), self._random)
        return None

    def _lost(self, samples: list[float]) -> list[float]:
        share = self._condition.gaps
        begins = share / (BURST * (1 - share))
        for start in range(0, len(samples) if share else 0, PACKET):
            if not self._losing and self._random.random() < begins:
                self._losing = BURST
            if self._losing:
                self._losing -= 1
                end = min(start + PACKET, len(samples))
                samples[start:end] = [0.0] * (end - start)
        return samples


def loudness(samples: Sequence[float]) -> float:
    """The root mean square where somebody speaks: of packets not 20 dB below the loudest."""
    packets = [samples[at : at + PACKET] for at in range(0, len(samples), PACKET)]
    power = [sum(sample * sample for sample in packet) / len(packet) for packet in packets]
    least = max(power, default=0.0) / 100
    speaking = [each for each in power if each >= least]
    return math.sqrt(sum(speaking) / len(speaking)) if speaking else 0.0


class _Pink:
    """Noise as of a street or a fan: each octave as loud as the next. Its loudness is 1."""

    def __init__(self, random: Random) -> None:
        self._random, self._a, self._b, self._c = random, 0.0, 0.0, 0.0

    def take(self, count: int) -> list[float]:
        a, b, c, made, uniform = self._a, self._b, self._c, [], self._random.uniform
        for _ in range(count):
            white = uniform(-1, 1)
            a = 0.99765 * a + white * 0.0990460
            b = 0.96300 * b + white * 0.2965164
            c = 0.57000 * c + white * 1.0526913
            made.append((a + b + c + white * 0.1848) * 0.68)
        self._a, self._b, self._c = a, b, c
        return made


class _Loop:
    """Over and over, from somewhere on. Its loudness is 1."""

    def __init__(self, samples: Sequence[float], random: Random) -> None:
        loud = loudness(samples) or 1.0
        self._samples = [sample / loud for sample in samples] or [0.0]
        self._at = random.randrange(len(self._samples))

    def take(self, count: int) -> list[float]:
        taken: list[float] = []
        while len(taken) < count:
            piece = self._samples[self._at : self._at + count - len(taken)]
            taken += piece
            self._at = (self._at + len(piece)) % len(self._samples)
        return taken


class _Biquad:
    """A filter of the second order, as of Butterworth."""

    def __init__(self, ahead: tuple[float, float, float], back: tuple[float, float]) -> None:
        self._ahead, self._back, self._x, self._y = ahead, back, (0.0, 0.0), (0.0, 0.0)

    @classmethod
    def low_pass(cls, frequency: float) -> _Biquad:
        cos, alpha = _angle(frequency)
        half, whole = (1 - cos) / 2, 1 + alpha
        return cls((half / whole, (1 - cos) / whole, half / whole), (-2 * cos / whole, (1 - alpha) / whole))

    @classmethod
    def high_pass(cls, frequency: float) -> _Biquad:
        cos, alpha = _angle(frequency)
        half, whole = (1 + cos) / 2, 1 + alpha
        return cls((half / whole, -(1 + cos) / whole, half / whole), (-2 * cos / whole, (1 - alpha) / whole))

    def filtered(self, samples: Sequence[float]) -> list[float]:
        (a, b, c), (d, e) = self._ahead, self._back
        (x1, x2), (y1, y2), made = self._x, self._y, []
        for x in samples:
            y = a * x + b * x1 + c * x2 - d * y1 - e * y2
            x1, x2, y1, y2 = x, x1, y, y1
            made.append(y)
        self._x, self._y = (x1, x2), (y1, y2)
        return made


def _angle(frequency: float) -> tuple[float, float]:
    angle = 2 * math.pi * frequency / RATE
    return math.cos(angle), math.sin(angle) / math.sqrt(2)


def _samples(pcm: bytes) -> array[int]:
    return array("h", pcm[: len(pcm) // 2 * 2])


def _pcm(samples: Sequence[float]) -> bytes:
    return array("h", (max(-FULL - 1, min(FULL, round(sample))) for sample in samples)).tobytes()
