"""What a response handler may ask of the call: frozen data, performed in order.

Said and played things queue up behind each other. `EndCall` and `HandOver` wait until what was queued before
them has been heard; the other actions take effect at their position. What lasts "for a turn" lasts until the
next turn is sent, also one in which the caller has said nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # an action alone is to be imported without pydantic
    from .responses import AudioResponse


@dataclass(frozen=True, slots=True)
class Play:
    """Play a sound file's bytes. A file that cannot be read is reported and skipped. `loop`: again and again,
    until it is interrupted or the next reply has something to say."""

    wav: bytes
    name: str = "audio"  # for the record
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text`, plain, Markdown or SSML, in the call's current voice. If it is not `cached`, its audio is
    kept nowhere. `otherwise` is played if no voice can speak it; if that is a response, its recording is
    fetched before the text is spoken."""

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
    """Whether speech, or keys, interrupt what is queued from here on. `confidence` (0 to 1): from now on a
    final transcript with less counts for nothing; `resume`: the prompt that it stopped begins again. None: as
    before."""

    speech: bool | None = None
    digits: bool | None = None
    confidence: float | None = None
    resume: bool | None = None


@dataclass(frozen=True, slots=True)
class SetCallerAudio:
    """Ask the peer to stop sending the caller's audio, or to go on: then no secret word even reaches the
    server. Keys still come."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetListening:
    """Whether speech, or keys, are taken at all from here on. None: as before."""

    speech: bool | None = None
    digits: bool | None = None


@dataclass(frozen=True, slots=True)
class CollectDigits:
    """Take keys as one number in the next turn: `count` of them, or as many as there are until the
    `termination_key`, or at most `maximum`. If fewer come than `minimum`, or than are known to be enough,
    they are sent too, and the turn says that they are not what was asked for.

    `inter_digit_timeout`: seconds from one key to the next, at least half of one; None: the pause that any
    input may take, after each. `ignore_speech`: speech is ignored once a key was pressed. `stop_after`: no
    keys are taken afterwards, until SetListening. `sensitive`: no log, record or event file shows the digits,
    whatever the connector unmasks."""

    count: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    termination_key: str = ""
    inter_digit_timeout: float | None = None
    ignore_speech: bool = False
    stop_after: bool = False
    sensitive: bool = False


Strategy = Literal["replace", "replace_once", "merge", "merge_once"]
"""replace: there are no parameters but these; merge: these are set and the others stay, inside of tables too;
once: for a turn only."""


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
    """Go on in this language, a BCP 47 tag: with the engines and texts that the connector has for it. From
    here on the caller is heard in it, and texts are spoken in it; what an assistant had configured for
    another language is dropped. If it is not served, there is a remark, and nothing changes."""

    language: str


@dataclass(frozen=True, slots=True)
class ForceTurn:
    """Send `text` as the next turn when what is queued has been heard, or as soon as a loop plays."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Say in the log and in the call record what was not done as it was asked for. The text must not be
    personal."""

    text: str


@dataclass(frozen=True, slots=True)
class Annotate:
    """Keep `values` in the call record, under `custom_data`; an empty text removes one."""

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
