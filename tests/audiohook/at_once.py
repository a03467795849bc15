"""Signatures verified without an event loop: these nonces are looked up at once."""


class Seen:
    """Nonces of one test."""

    def __init__(self):
        self._seen = set()

    async def claim(self, keyid, nonce):
        is_new = (keyid, nonce) not in self._seen
        self._seen.add((keyid, nonce))
        return is_new


def at_once(coroutine):
    """What it gives, if it waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise AssertionError("it waits")
