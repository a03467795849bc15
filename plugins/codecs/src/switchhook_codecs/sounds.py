"""Sound files that are decoded off the event loop, each once."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b

import anyio
from anyio import from_thread, to_thread
from anyio.lowlevel import RunVar

from switchhook import AudioFormat, Unplayable

KEPT = 64_000_000  # bytes of samples: two hours of a telephone line
MOST_KEPT = 10_000  # files
AT_ONCE = 8  # more take turns: a short file is not to wait until long ones are done

Key = tuple[bytes, AudioFormat]


class Sounds:
    """Keeps what files were decoded to, the least recently played first to go, and why others cannot be."""

    def __init__(self, most: int = KEPT) -> None:
        self._most, self._size = most, 0
        self._kept: OrderedDict[Key, bytes | Unplayable] = OrderedDict()
        self._making: dict[Key, anyio.Event] = {}
        self._turns = anyio.CapacityLimiter(AT_ONCE)

    async def load(self, data: bytes, audio: AudioFormat) -> bytes:
        """Raises Unplayable. Who is cancelled leaves the file to those who wait for it too."""
        key = await to_thread.run_sync(_digest, data), audio
        while key not in self._kept:
            if making := self._making.get(key):
                await making.wait()
            else:
                await self._make(key, data)
        known = self._kept[key]
        self._kept.move_to_end(key)
        self._make_room()
        if isinstance(known, Unplayable):
            raise _alike(known)
        return known

    async def _make(self, key: Key, data: bytes) -> None:
        self._making[key] = anyio.Event()
        try:
            made = await to_thread.run_sync(_decode, data, key[1], limiter=self._turns)
            self._kept[key] = made
            self._size += _size(made)
        finally:
            self._making.pop(key).set()

    def _make_room(self) -> None:
        """But for the one that is played now."""
        while len(self._kept) > 1 and (self._size > self._most or len(self._kept) > MOST_KEPT):
            _, gone = self._kept.popitem(last=False)
            self._size -= _size(gone)


_of_this_loop = RunVar[Sounds]("switchhook_codecs.sounds")


async def load(data: bytes, audio: AudioFormat) -> bytes:
    """Raises Unplayable."""
    sounds = _of_this_loop.get(None)
    if sounds is None:
        sounds = Sounds()
        _of_this_loop.set(sounds)
    return await sounds.load(data, audio)


def _digest(data: bytes) -> bytes:
    return blake2b(data).digest()


def _size(made: bytes | Unplayable) -> int:
    return len(made.reason if isinstance(made, Unplayable) else made)


def _alike(error: Unplayable) -> Unplayable:
    """Without a trace, which would keep what the file holds."""
    return Unplayable(str(error), reason=error.reason)


def _decode(data: bytes, audio: AudioFormat) -> bytes | Unplayable:
    """In a thread, which ends soon after nobody waits for it any more."""
    from .decoding import decode  # its libraries are slow to import

    try:
        return decode(data, audio, from_thread.check_cancelled)
    except Unplayable as error:
        return _alike(error)
