"""What the caller hears of the bot, on the caller's own clock."""

from __future__ import annotations

from dataclasses import dataclass, field

RATE = 8000  # bytes and samples a second: PCMU


@dataclass(frozen=True, slots=True)
class Started:
    at: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The buffer is empty: played out, or dropped by a barge-in."""

    at: float
    dropped: float = 0.0  # seconds that were not heard


@dataclass(slots=True)
class Segment:
    """Audio heard without a gap."""

    at: float
    audio: bytearray = field(default_factory=bytearray)

    @property
    def end(self) -> float:
        return self.at + len(self.audio) / RATE


class Playback:
    """Plays what arrives at once and in order; `now` never goes back. All times are exact: a segment that
    starts at `at` has played its nth byte at `at + n / RATE`."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.playing = False

    def deadline(self) -> float | None:
        """When the buffer runs dry, unless more comes."""
        return self.segments[-1].end if self.playing else None

    def advance(self, now: float) -> list[Started | Finished]:
        end = self.deadline()
        if end is None or end > now:
            return []
        self.playing = False
        return [Finished(end)]

    def receive(self, data: bytes, now: float) -> list[Started | Finished]:
        told = self.advance(now)
        if data and not self.playing:
            self.segments.append(Segment(now))
            self.playing = True
            told.append(Started(now))
        if data:
            self.segments[-1].audio += data
        return told

    def drop(self, now: float) -> list[Started | Finished]:
        """Barge-in: what is not yet played will not be."""
        told = self.advance(now)
        if self.playing:
            segment = self.segments[-1]
            dropped = segment.end - now
            del segment.audio[round((now - segment.at) * RATE) :]
            self.playing = False
            told.append(Finished(now, dropped))
        return told
