"""What a response handler may ask of the call: frozen data, performed in order.

Said and played things queue up behind each other. `EndCall` and `HandOver` wait until what was queued
before them has been heard; the other actions take effect at their position. What lasts "for a turn" lasts
until the next thing the caller says, keys or leaves unsaid is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # an action alone is to be imported without pydantic
    from .responses import AudioResponse


@dataclass(frozen=True, slots=True)
class Play:
    """Play a sound file's bytes. What cannot be read is reported and skipped. `loop`: again and again, until
    it is interrupted or the next reply has something to say."""

    wav: bytes
    name: str = "audio"  # for the record
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text`, plain or SSML, in the call's current voice. Not `cached`: its audio is kept nowhere.
    `otherwise` is played where no voice can speak it; a recording that is named by a response is fetched
    before the text is spoken."""

    text: str
    cached: bool = True
    otherwise: Play | AudioResponse | None = None


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
    """Whether speech, or keys, interrupt what is queued from here on. `confidence` (0 to 1): a final
    transcript below it is none, from now on; `resume`: what it stopped begins again. None: as before."""

    speech: bool | None = None
    digits: bool | None = None
    confidence: float | None = None
    resume: bool | None = None


@dataclass(frozen=True, slots=True)
class SetCallerAudio:
    """Ask the peer to stop sending the caller's audio, or to go on: so that no word of what is secret even
    reaches the server. Keys still come."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetListening:
    """Whether speech, or keys, are taken at all from here on. None: as before."""

    speech: bool | None = None
    digits: bool | None = None


@dataclass(frozen=True, slots=True)
class CollectDigits:
    """Take keys as one number in the next turn: `count` of them, or as many as there are until the
    `termination_key`, or at most `maximum`. The turn says whether it was collected as asked: fewer than
    `minimum`, or than are known to be enough, are sent too.

    `inter_digit_timeout`: seconds from one key to the next, at least half of one; None: the pause that any
    input may take, after each. `ignore_speech`: once a key was pressed. `stop_after`: then no keys are taken
    until SetListening. `sensitive`: no log, record or event file shows the digits, whatever the connector
    unmasks."""

    count: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    termination_key: str = ""
    inter_digit_timeout: float | None = None
    ignore_speech: bool = False
    stop_after: bool = False
    sensitive: bool = False


Strategy = Literal["replace", "replace_once", "merge", "merge_once"]
"""replace: these are all parameters; merge: these are set, the others stay, inside of tables too. Once: for a
turn."""


@dataclass(frozen=True, slots=True)
class ConfigureRecognition:
    """How the caller is heard from the next listening on: the engine's own parameters."""

    parameters: Mapping[str, Any]
    strategy: Strategy = "replace"


@dataclass(frozen=True, slots=True)
class ConfigureSynthesis:
    """How what follows is spoken: the engine's own parameters."""

    parameters: Mapping[str, Any]
    strategy: Strategy = "replace"


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Go on in this language, a BCP 47 tag: with the engines and texts that the connector has for it. What
    comes from the caller from here on is heard in it, and what is said from here on spoken; what an assistant
    had configured for another language is over. One that is not served changes nothing, but for a remark."""

    language: str


@dataclass(frozen=True, slots=True)
class ForceTurn:
    """Send `text` as the next turn when what is queued has been heard, or as soon as a loop plays."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was not done as it was asked for: a log line and an entry of the call record. Nothing
    personal."""

    text: str


@dataclass(frozen=True, slots=True)
class Annotate:
    """Keep `values` in the call record, under `custom_data`; an empty text takes one out again."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Merge into the session variables."""

    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HandOver:
    """End the bot's part so that a person takes over; `variables` go out with the call's own, which win where
    both have a name."""

    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndCall:
    """Give the call back."""


Action = (
    Say
    | Play
    | Offer
    | SetBargeIn
    | SetListening
    | SetCallerAudio
    | CollectDigits
    | ConfigureRecognition
    | ConfigureSynthesis
    | SetLanguage
    | ForceTurn
    | Remark
    | Annotate
    | SetVariables
    | HandOver
    | EndCall
)
