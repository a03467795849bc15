"""What a response handler may ask of the call: frozen data, performed in order.

Said and played things queue up behind each other. `EndCall` and `HandOver` wait until what was queued
before them has been heard; the other actions take effect at their position.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text`, plain or SSML, in the call's current voice."""

    text: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play a WAV file's bytes. What cannot be read is reported and skipped."""

    wav: bytes
    name: str = "audio"  # for the record


@dataclass(frozen=True, slots=True)
class Choice:
    """One option on offer: `key` selects it, or one of `phrases`; `input` is sent whole as the turn."""

    key: str
    phrases: tuple[str, ...]
    input: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """Let the caller choose, by key or by voice, until the next turn."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class SetBargeIn:
    """Whether speech, or keys, interrupt what is queued from here on. None: as before."""

    speech: bool | None = None
    digits: bool | None = None


@dataclass(frozen=True, slots=True)
class SetCallerAudio:
    """Ask the peer to stop sending the caller's audio, or to go on: so that no word of what is secret even
    reaches the server. Keys still come."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Merge into the session variables."""

    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HandOver:
    """End the bot's part so that a person takes over; `variables` go out with the call's own."""

    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndCall:
    """Give the call back."""


Action = Say | Play | Offer | SetBargeIn | SetCallerAudio | SetVariables | HandOver | EndCall
Actions = Action | Iterable[Action] | AsyncGenerator[Action]
