"""Which signed requests were seen before."""

from __future__ import annotations

from hashlib import blake2b
from typing import Protocol

SKEW = 3.0  # seconds that the two clocks may differ, always in the client's favour
MAX_AGE = 10.0  # seconds since `created` for which a signature passes
CAPACITY = 100_000  # nonces: more in so many seconds come of no telephone


class NonceStore(Protocol):
    """Remembers nonces, perhaps for several server processes. Called on the event loop: a store that
    asks another machine answers from what it was told already."""

    def claim(self, keyid: str, nonce: str, now: float, /) -> bool:
        """Whether this is the first time, remembered for as long as the signature could pass again."""


class NonceCache:
    """Nonces of this process, each in a few bytes however long it is. When full it forgets the oldest: only
    a holder of a key can fill it."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._until: dict[bytes, float] = {}  # oldest first

    def __len__(self) -> int:
        return len(self._until)

    def claim(self, keyid: str, nonce: str, now: float, /) -> bool:
        while self._until and next(iter(self._until.values())) < now:
            del self._until[next(iter(self._until))]
        text = f"{len(keyid)} {keyid}{nonce}".encode(errors="backslashreplace")
        if (seen := blake2b(text, digest_size=16).digest()) in self._until:
            return False
        if len(self._until) >= self._capacity:
            del self._until[next(iter(self._until))]
        # `created` may be SKEW ahead of us, and passes for MAX_AGE + SKEW after it
        self._until[seen] = now + MAX_AGE + 2 * SKEW
        return True
