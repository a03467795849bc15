"""Which signed requests were seen before."""

from __future__ import annotations

from hashlib import blake2b
from typing import Protocol

from switchhook import State

SKEW = 3.0  # seconds that the two clocks may differ, always in the client's favour
MAX_AGE = 10.0  # seconds since `created` for which a signature passes
# `created` may be SKEW ahead of us, and passes for MAX_AGE + SKEW after it
PASSES = MAX_AGE + 2 * SKEW


class NonceStore(Protocol):
    async def claim(self, keyid: str, nonce: str, /) -> bool:
        """Whether this is the first time, remembered for as long as the signature could pass again."""


class Nonces:
    """In the server's state, and so over all workers. Each takes a few bytes however long it is."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def claim(self, keyid: str, nonce: str, /) -> bool:
        text = f"{len(keyid)} {keyid}{nonce}".encode(errors="backslashreplace")
        return await self._state.add_once(
            f"genesys/nonce/{blake2b(text, digest_size=16).hexdigest()}", PASSES
        )
