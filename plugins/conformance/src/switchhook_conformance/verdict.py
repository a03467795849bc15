"""How a case fails."""

from __future__ import annotations


class Failed(Exception):  # noqa: N818  # a verdict, not an accident
    """The server did something else than the rule says."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected, self.got = expected, got
