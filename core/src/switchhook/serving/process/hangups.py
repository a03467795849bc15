"""SIGHUP and SIGUSR2, which end no server at any time: a closed terminal sends the first of them too. And
SIGTERM, which ends one also before it has begun."""

from __future__ import annotations

import os
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


def end_by_sigterm() -> None:
    """Also where this is the first process of a container, which the kernel keeps from what it has not asked
    for: whoever stopped one that loads its models would wait until it is killed."""
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, lambda number, _frame: os._exit(128 + number))
