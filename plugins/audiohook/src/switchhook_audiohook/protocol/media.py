"""Which audio is offered, which is taken, and how the caller's channel is found in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from .scalars import whole

CALLER = "external"
RATE = 8000  # samples a second
WIDTHS = {"PCMU": 1, "L16": 2}  # bytes of a sample, of the codings that are taken, the preferred one first


class Media(BaseModel):
    """One offer. What else a client writes into it is not repeated to it."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: str = "audio"
    format: str = "PCMU"
    channels: Annotated[tuple[str, ...], Field(strict=False)] = (CALLER,)  # JSON has lists
    rate: int | float | str = RATE  # as it was offered, in which form it is to be answered

    def to_json(self) -> dict[str, object]:
        return self.model_dump() | {"channels": list(self.channels)}

    @property
    def frame(self) -> int:
        """Bytes of one sample of all channels."""
        return WIDTHS[self.format] * len(self.channels)

    def seconds(self, size: int) -> float:
        """How long that many bytes last of what a server sends: coded alike, but one channel."""
        return size / (WIDTHS[self.format] * RATE)

    def caller_audio(self, data: bytes) -> bytes:
        """Two channels are interleaved sample by sample, in the order of `channels`. `data` is whole
        frames."""
        if len(self.channels) == 1:
            return data
        place = self.channels.index(CALLER)
        if WIDTHS[self.format] == 1:
            return data[place::2]
        return b"".join(data[at : at + 2] for at in range(2 * place, len(data), 4))


def choose(offers: Sequence[Media]) -> Media | None:
    """The first that carries the caller in PCMU at 8000 Hz, in L16 where there is none; one of the caller
    alone goes before any."""
    for coding in WIDTHS:
        those_that_fit = [offer for offer in offers if _fits(offer, coding)]
        those_that_fit.sort(key=lambda offer: not isinstance(offer.rate, int))  # in quotes after all others
        alone = [offer for offer in those_that_fit if offer.channels == (CALLER,)]
        if those_that_fit:
            return (alone or those_that_fit)[0]
    return None


def _fits(offer: Media, coding: str) -> bool:
    form = (offer.type, offer.format, whole(offer.rate)) == ("audio", coding, RATE)
    return form and offer.channels in ((CALLER,), (CALLER, "internal"), ("internal", CALLER))
