"""SIGHUP and SIGUSR2, which end no server at any time: a closed terminal sends the first of them too."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = {signal.SIGHUP, signal.SIGUSR2}


@contextmanager
def held() -> Iterator[None]:
    """In all threads that begin within: they wait, and are heard when somebody wants to."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        for number in SIGNALS & signal.sigpending():
            signal.sigwait({number})
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def heard(number: signal.Signals) -> Iterator[None]:
    """By the main thread, which has a handler for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {number} & before)  # others may be heard still
