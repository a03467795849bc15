"""A leg's audio format, and how it is turned into others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from ..contract.audio import BYTES_PER_SAMPLE, AudioFormat, Codec
from ..contract.errors import PluginError
from ..plugins.asking import Hooks

QUIET = {"PCMU": b"\xff", "PCMA": b"\xd5", "PCM": b"\0"}


class _Linear:
    """The codec of a line that is linear already."""

    def decode(self, wire: bytes, /) -> bytes:
        return wire

    def encode(self, pcm: bytes, /) -> bytes:
        return pcm


class Line:
    def __init__(self, audio: AudioFormat, hooks: Hooks) -> None:
        self.audio, self._hooks = audio, hooks

    @cached_property
    def codec(self) -> Codec:
        """Made when the first engine needs it. Raises PluginError where no plugin knows the coding."""
        if self.audio == self.audio.linear:
            return _Linear()
        codec = self._hooks.codec(self.audio)
        if codec is None:
            cause = f"no plugin codes {self.audio.encoding} at {self.audio.rate} Hz"
            raise PluginError("codec", cause, cure="pip install switchhook-codecs")
        return codec

    def silence(self, seconds: float) -> bytes:
        if self.audio.encoding in QUIET:
            return QUIET[self.audio.encoding] * self.audio.size(seconds)
        return self.codec.encode(bytes(self.audio.linear.size(seconds)))

    def coded(self, audio: AudioFormat, chunk: bytes) -> bytes:
        """A voice's audio in the line's format. It comes in that, or linear."""
        return chunk if audio == self.audio else self.codec.encode(chunk)

    def coder(self, audio: AudioFormat) -> Callable[[bytes], bytes]:
        """A function that takes what a voice gives, piece by piece, to the line's format. Half a sample at
        the end of a piece waits for its other half: without it, all that follows would be noise."""
        width, rest = BYTES_PER_SAMPLE[audio.encoding], b""

        def code(chunk: bytes) -> bytes:
            nonlocal rest
            data = rest + chunk if rest else bytes(chunk)  # an engine may use its buffer again
            whole = len(data) - len(data) % width
            rest = data[whole:]
            return self.coded(audio, data[:whole])

        return code

    async def load(self, file: bytes) -> bytes | None:
        """A sound file's samples. None: no plugin reads files. Raises Unplayable."""
        return await self._hooks.load_audio(file, self.audio)

    def decoder(self, feed: Callable[[bytes], None], direct: bool) -> Callable[[bytes], None]:
        """A function that takes the line's audio to `feed`: one plain call per frame."""
        if direct:
            return feed
        decode = self.codec.decode
        return lambda data: feed(decode(data))
