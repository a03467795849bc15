"""Which audio is offered, which is taken, and how the caller's channel is found in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

CALLER = "external"
RATE = 8000  # samples a second


class Media(BaseModel):
    """One offer. What else a client writes into it is not repeated to it."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: str = "audio"
    format: str = "PCMU"
    channels: Annotated[tuple[str, ...], Field(strict=False)] = (CALLER,)  # JSON has lists
    rate: int = RATE

    def to_json(self) -> dict[str, object]:
        return self.model_dump() | {"channels": list(self.channels)}

    def caller_audio(self, data: bytes) -> bytes:
        """Two channels are interleaved sample by sample, in the order of `channels`."""
        return data if len(self.channels) == 1 else data[self.channels.index(CALLER) :: 2]


def choose(offers: Sequence[Media]) -> Media | None:
    """The first that carries the caller in PCMU at 8000 Hz; one of the caller alone goes before any."""
    fit = [offer for offer in offers if _fits(offer)]
    alone = [offer for offer in fit if offer.channels == (CALLER,)]
    return next(iter(alone or fit), None)


def _fits(offer: Media) -> bool:
    coding = (offer.type, offer.format, offer.rate) == ("audio", "PCMU", RATE)
    return coding and offer.channels in ((CALLER,), (CALLER, "internal"), ("internal", CALLER))
