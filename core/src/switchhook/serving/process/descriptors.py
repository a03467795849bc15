"""File descriptors: how many this process may have, and how many calls they are enough for."""

from __future__ import annotations

import resource

OF_A_CALL = 3  # its connection, and those to recognition and synthesis
BESIDE = 100  # files, ports, connections that are kept ready
WAITING = 8  # one in so many may be a connection that has not become a call yet
HIGHEST = 1_048_576  # more is no use, and some systems offer a billion


def most() -> int:
    """How many `raise_limit` can get."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return HIGHEST if hard == resource.RLIM_INFINITY else min(hard, HIGHEST)


def raise_limit() -> int:
    """Raises the limit as far as it can be raised without being root, and returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < (wanted := most()):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft if soft != resource.RLIM_INFINITY else HIGHEST


def too_few(max_calls: int, descriptors: int) -> str:
    """A sentence that says so if they are not enough; else nothing."""
    calls = max(0, descriptors - descriptors // WAITING - BESIDE) // OF_A_CALL
    if calls >= max_calls:
        return ""
    return f"max_calls = {max_calls}, but {descriptors} file descriptors are enough for {calls} calls"


def cure(max_calls: int) -> str:
    needed = (OF_A_CALL * max_calls + BESIDE + 2) * WAITING // (WAITING - 1) + 1
    return f"raise the hard limit to {needed} (ulimit -Hn, LimitNOFILE= of systemd), or lower max_calls"
