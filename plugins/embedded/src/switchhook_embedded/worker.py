"""The other end of `process`: a program that says texts until its standard input ends.

It imports the standard library alone, so that such a process starts fast and stays small.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO, TypeAlias

Say: TypeAlias = Callable[[str, str], bytes]  # text and language to samples

LENGTH = 4  # bytes that tell the length of what follows
DONE, FAILED = b"+", b"-"  # how an answer begins
# after so many seconds the system ends a process that hangs, where its parent is no longer there to do so
LOADING, LIMIT = 30, 10


def serve(load: Callable[[], Say], limit: int = LIMIT) -> None:
    """Tells once that it is ready, then answers one request after the other."""
    # who ends the server's processes together means calls to end well, and these still speak
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not disturb
    try:
        _alarm(LOADING)
        say = load()
        _alarm(0)
        send(answers, DONE)
        while (request := receive(requests)) is not None:
            send(answers, _answer(say, request, limit))
    except ImportError as error:
        send(answers, FAILED + str(error).encode())
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more


def send(stream: BinaryIO, payload: bytes) -> None:
    stream.write(len(payload).to_bytes(LENGTH) + payload)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """None where the other end is gone."""
    head = stream.read(LENGTH)
    size = int.from_bytes(head)
    payload = stream.read(size) if len(head) == LENGTH else b""
    return payload if len(head) == LENGTH and len(payload) == size else None


def request_of(text: str, language: str) -> bytes:
    # half of a surrogate pair is no character
    return language.encode() + b"\0" + text.encode(errors="ignore")


def _answer(say: Say, request: bytes, limit: int) -> bytes:
    language, _, text = request.partition(b"\0")
    _alarm(limit)
    try:
        return DONE + say(text.decode(), language.decode())
    except Exception as error:  # noqa: BLE001  # an engine may raise anything; its text may be private
        return FAILED + type(error).__name__.encode()
    finally:
        _alarm(0)


def _alarm(seconds: int) -> None:
    """Ends this process then, even where the engine never comes back to Python; 0: it does not."""
    if hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
