"""Ids that both sides of a call can tell: of the trace from the conversation, of a span from what it is."""

from __future__ import annotations

import hashlib
from uuid import UUID


def trace_id(conversation: str, call: str) -> int:
    """The digits of the conversation's id where that is a UUID, as Genesys' are; else of its digest. Several
    calls of one conversation are one trace. `call` stands in where there is no conversation."""
    try:
        if found := UUID(conversation).int:
            return found
    except ValueError:
        pass
    return _digest(f"conversation {conversation or call}", 16)


def span_id(call: str, turn: int = 0, stage: str = "") -> int:
    """`turn` 0: of the call itself; `stage` "": of the turn itself."""
    return _digest(f"span {turn} {stage} {call}", 8)


def traceparent(conversation: str, call: str, turn: int = 0) -> str:
    """The header of W3C Trace Context, for what a call asks others for: the parent is the request of `turn`
    to its assistant; 0: the call."""
    parent = span_id(call, turn, "assistant") if turn else span_id(call)
    return f"00-{trace_id(conversation, call):032x}-{parent:016x}-01"


def _digest(text: str, size: int) -> int:
    """Never 0, which stands for no id."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=size).digest(), "big") or 1
