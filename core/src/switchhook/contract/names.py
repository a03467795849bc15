"""Names that people write: what they look like, and which one was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 100  # characters of a name for which a similar one is looked for


def check_name(name: str) -> str:
    """Checks a name of the configuration (of connectors, integrations and the like), as an environment
    variable must be able to spell it. Raises ValueError."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        most = ", at most 64 of them" if len(name) > 64 else ""
        raise ValueError(
            f"expected a name of lower-case letters, digits, - and _{most}, got {name[:LONGEST]!r}"
        )
    return name


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant by `name`."""
    found = get_close_matches(name[:LONGEST], known, n=1)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str], label: str = "known") -> str:
    """The end of a message about a name that is not known: "did you mean 'x'?", or where none is near,
    "known: a, b"."""
    names = list(known)
    near = nearest(name, names)
    return f"did you mean {near!r}?" if near else f"{label}: {', '.join(names) or 'none'}"
