"""PCMU lines: G.711 mu-law."""

from __future__ import annotations

from switchhook import AudioFormat, Codec, hookimpl


class Pcmu:
    def __init__(self) -> None:
        from . import mulaw  # numpy is slow to import, and lines whose engines take mu-law never need it

        self.decode, self.encode = mulaw.decode, mulaw.encode


@hookimpl(trylast=True)
def create_codec(audio: AudioFormat) -> Codec | None:
    return Pcmu() if audio.encoding == "PCMU" else None
