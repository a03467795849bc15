"""A program that says a text by repeating it, and does what a library may do to its process."""

import os
import signal
import sys
import time

from switchhook_embedded.worker import serve


def say(text, language):
    match text:
        case "hang":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            while True:
                time.sleep(60)
        case "die":
            os._exit(3)
        case "fail":
            raise ValueError("the caller's name")
        case "print":
            os.write(1, b"library says hello")
        case "who":
            return str(os.getpid()).encode()
    return f"{language}:{text}".encode()


def load():
    match sys.argv[1:]:
        case ["missing"]:
            import no_such_library  # type: ignore[import-not-found]  # noqa: F401
        case ["silent"]:
            os._exit(3)
    return say


serve(load, limit=1)
