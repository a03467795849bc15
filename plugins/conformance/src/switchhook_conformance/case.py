"""What a case is, and where all of them are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from .verdict import Failed

if TYPE_CHECKING:
    from .bench import Bench
    from .profile import Profile

Kind = Literal["black-box", "profile", "bot", "client"]
Run = Callable[["Bench"], Awaitable[None]]

MODULES = (
    *("signature", "opening", "probe", "envelope", "pings", "pauses", "audio", "talking", "reporting"),
    *("errors", "closing", "ending", "client", "operation"),
)

REFERENCE = "AudioHook reference implementation"
SAMPLE = "Audio Connector sample server"
DOCUMENTED = "AudioHook documentation, as restated by third parties"
SEEN = "seen in production"
PUBLIC = "other public servers for Audio Connector"
ASSUMED = "assumption"
OURS = "recommended by this suite; the AudioHook reference implementation does otherwise"


@dataclass(frozen=True, slots=True)
class Case:
    """`rule`: what must hold. `source`: who says so. `needs`: fields of the profile without which it cannot
    be run. `long`: takes more than about five seconds."""

    id: str
    rule: str
    source: str
    run: Run
    kind: Kind = "black-box"
    needs: tuple[str, ...] = ()
    long: bool = False

    def seconds(self, profile: Profile) -> float:
        """What it may take until it counts as hung."""
        soak = 60 * profile.soak.minutes if "soak" in self.needs and profile.soak else 0.0
        return soak + (60.0 if self.long else 20.0)


_CASES: dict[str, Case] = {}


def case(
    name: str, rule: str, source: str, *, needs: tuple[str, ...] = (), long: bool = False
) -> Callable[[Run], Run]:
    """Registers a case. One that needs something of the profile is of kind "profile"; one that needs a
    bot's behaviour says so with `bot:NAME` and is of kind "bot"; one that tries a client needs `client`."""

    def register(run: Run) -> Run:
        if name in _CASES:
            raise ValueError(f"two cases are called {name}")
        bot = any(need.startswith("bot:") for need in needs)
        kind: Kind = "client" if "client" in needs else "bot" if bot else "profile" if needs else "black-box"
        needed = needs if kind == "client" else ("url", "api_key", *needs)
        _CASES[name] = Case(name, rule, source, run, kind, needed, long)
        return run

    return register


def all_cases() -> list[Case]:
    """In the order of the suite."""
    for module in MODULES:
        import_module(f".cases.{module}", __package__)
    return list(_CASES.values())


def holds(condition: object, expected: str, got: object) -> None:
    """Raises Failed."""
    if not condition:
        raise Failed(expected, f"{got!r:.200}")
