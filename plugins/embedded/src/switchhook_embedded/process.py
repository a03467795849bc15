"""An engine in a process of its own, as one that holds the interpreter's lock has every call stand still."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, cast
from weakref import finalize

from switchhook import SpeechError, StartError

from .worker import DONE, LOADING, receive, request_of, send

PATIENCE = 3.0  # seconds for one text; a piece of a sentence takes a tenth of one


class SpeakingProcess:
    """`python ARGUMENTS` is a program that calls `worker.serve`. It is started at once, again where it
    died, and ends with this object or with this program, however that ends. Raises StartError.

    `speak` may be called in any thread; texts are said one after the other.
    """

    def __init__(self, name: str, arguments: Sequence[str], patience: float = PATIENCE) -> None:
        self._name, self._patience = name, patience
        # -P: what lies in the current folder is not imported
        self._command = [sys.executable, "-P", *arguments]
        self._lock = threading.Lock()
        self._running = self._start()

    def speak(self, text: str, language: str) -> bytes:
        """Raises SpeechError, also where the process dies or hangs at it; the next text finds another."""
        with self._lock:
            if not self._running.is_alive:
                self._restart()
            answer = self._running.ask(request_of(text, language), self._patience)
            if answer is None:
                why = f"{self._name}: its process {self._running.ending}"
                self._running.end()
                raise SpeechError(f"{why}, another is started for the next text", reason=why)
        if answer[:1] != DONE:
            why = f"{self._name} failed: {answer[1:].decode()}"
            raise SpeechError(why, reason=why)
        return answer[1:]

    def close(self) -> None:
        """May be used again: it is started again then."""
        self._running.end()

    def _restart(self) -> None:
        try:
            self._running = self._start()
        except StartError as error:
            raise SpeechError(str(error), reason=f"{self._name}: its process does not start") from error

    def _start(self) -> _Running:
        running = _Running(self._command)
        ready = running.wait_until_ready()
        if ready is None:
            running.end()
            raise StartError(f"{self._name}: its process {running.ending} before it was ready")
        if ready != DONE:
            running.end()
            raise StartError(f"{self._name} cannot be imported: {ready[1:].decode()}")
        return running


class _Running:
    def __init__(self, command: Sequence[str]) -> None:
        # a session of its own: Ctrl-C in a terminal goes to all of this one
        self._process = subprocess.Popen(  # noqa: S603  # our own modules
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self.end = finalize(self, _end, self._process)
        self.ending = ""  # how it ended

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self) -> bytes | None:
        return self._receive(LOADING)

    def ask(self, request: bytes, patience: float) -> bytes | None:
        """None if it ended instead; it is ended where it takes longer."""
        with suppress(BrokenPipeError):  # it has died, which shows when its answer is read
            send(cast("BinaryIO", self._process.stdin), request)
        return self._receive(patience)

    def _receive(self, patience: float) -> bytes | None:
        began = time.monotonic()
        timer = threading.Timer(patience, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            answer = receive(cast("BinaryIO", self._process.stdout))
        finally:
            timer.cancel()
        if answer is None:
            late = time.monotonic() - began >= patience
            self.ending = f"gave no answer in {patience:g} s" if late else "died"
        return answer


def _end(process: subprocess.Popen[bytes]) -> None:
    """At once: it holds nothing that would have to be kept."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):  # a request that it did not read
            cast("BinaryIO", stream).close()
