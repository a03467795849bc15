"""The messages of AudioHook version 2: envelopes, and the parameters of each type.

A server reads what clients send leniently: fields it does not know are ignored, those that it can do without
are taken as absent when they are not as listed here, and of parameters a number or a truth may be in
quotes, and a key without. A client reads what servers send as production does: a field that is not listed
here is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from .durations import Duration
from .media import Media
from .reading import MOST_MEMBERS, REPLACEMENT, decode, finite, repair
from .scalars import Code, Key, QuotedCount, Truth
from .variables import as_texts

VERSION = "2"
MAX_SENT = 64_000  # bytes in any message we send; Genesys documents it for text and audio alike
LONGEST_NAME = 1_000  # characters of a caller's name or number
MOST_CONTINUED = 16  # earlier sessions in one open; what is beyond is left out
NULL_ID = "00000000-0000-0000-0000-000000000000"
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HALVES = re.compile("[\ud800-\udfff]")  # of surrogate pairs
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
LONGEST_LANGUAGE = 100  # characters that are read of one

Uuid = Annotated[str, StringConstraints(pattern=f"^(?:{UUID.pattern})$")]
Count = Annotated[int, Field(ge=0, le=2**53)]


class FaultError(Exception):
    """What the server did wrong, and the `error` that tells it so."""

    def __init__(self, code: int, rule: str) -> None:
        super().__init__(rule)
        self.code, self.rule = code, rule


class Lenient(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, alias_generator=to_camel, populate_by_name=True)


class Strict(Lenient):
    model_config = ConfigDict(extra="forbid")


# --- From the client


class ClientMessage(Lenient):
    version: Literal["2"]
    id: Uuid
    type: Annotated[str, Field(min_length=1, max_length=64)]
    seq: Count
    serverseq: Count
    position: Duration
    parameters: dict[str, Any]


def _texts(value: object) -> object:
    return as_texts(value) if isinstance(value, dict) else value


def _language(value: object) -> str | None:
    return value[:LONGEST_LANGUAGE] if isinstance(value, str) and value else None


Language = Annotated[str | None, BeforeValidator(_language)]
"""As it came, which may be no language tag at all: whoever answers reads it."""


Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]


class Participant(Lenient):
    id: Uuid = ""
    ani: Name = ""
    ani_name: Name = ""
    dnis: Name = ""


class ContinuedSession(Lenient):
    """An earlier session of the same stream, and how far both sides had read each other."""

    id: Uuid
    serverseq: QuotedCount
    clientseq: QuotedCount


def _well_formed(value: object) -> object:
    """Those that are; a session that cannot be continued is no reason to refuse a new one."""
    well = [one for one in value[:MOST_CONTINUED] if _is_one(one)] if isinstance(value, list) else []
    return well or None


def _is_one(value: object) -> bool:
    try:
        ContinuedSession.model_validate(value)
    except ValidationError:
        return False
    return True


def _first(offers: object) -> object:
    return offers[:MOST_MEMBERS] if isinstance(offers, list) else offers


class Open(Lenient):
    organization_id: Uuid | None = None  # of the header, where none can be read
    conversation_id: Uuid
    participant: Participant = Participant()
    media: Annotated[tuple[Media, ...], Field(strict=False), BeforeValidator(_first)]
    language: Language = None
    supported_languages: Truth | None = None
    custom_config: Any = None  # an object, JSON in a string, or absent
    input_variables: Annotated[dict[str, str] | None, BeforeValidator(_texts)] = None
    continued_sessions: Annotated[list[ContinuedSession] | None, BeforeValidator(_well_formed)] = None

    @model_validator(mode="before")
    @classmethod
    def _may_lack_what_a_call_has(cls, given: Any) -> Any:
        """In a probe there is neither conversation nor audio: either id says that it is one."""
        match given:
            case {"participant": {"id": str(who)}} if who == NULL_ID:
                if not isinstance(given.get("conversationId"), str):
                    given = given | {"conversationId": NULL_ID}
        match given:
            case {"conversationId": str(one)} | {"participant": {"id": str(one)}} if one == NULL_ID:
                if not isinstance(given.get("media"), list | tuple):
                    given = given | {"media": []}
        return given

    @property
    def configuration(self) -> dict[str, Any]:
        """`customConfig`, which comes as an object or as JSON in a string; empty for what is neither."""
        value = self.custom_config
        if isinstance(value, str):
            try:
                value = decode(repair(value))
            except ValueError:
                return {}
        return finite(value) if isinstance(value, dict) else {}

    @property
    def is_probe(self) -> bool:
        """Genesys tries the connection when an administrator saves the integration: no call."""
        return NULL_ID in (self.conversation_id, self.participant.id)


class Ping(Lenient):
    rtt: Duration | None = None


class Span(Lenient):
    """Of `resumed` and `discarded`: audio that does not come."""

    start: Duration | None = None
    discarded: Duration | None = None


class Update(Lenient):
    language: Language = None


class Dtmf(Lenient):
    digit: Key


class Error(Lenient):
    code: Code
    message: str = ""
    retry_after: Duration | None = None


class Close(Lenient):
    reason: str = "unknown"


# --- From the server


class ServerMessage(Strict):
    version: Literal["2"]
    id: Uuid
    type: str
    seq: Count
    clientseq: Count
    parameters: dict[str, Any]


class TakenMedia(Strict):
    type: Literal["audio"]
    format: str
    channels: list[str]
    rate: int


class Opened(Strict):
    media: list[TakenMedia]
    start_paused: bool = False
    discard_to: Duration | None = None
    supported_languages: list[str] | None = None


class Entity(Strict):
    type: str
    data: Any


class Event(Strict):
    entities: Annotated[list[Entity], Field(min_length=1)]


class Reconnect(Strict):
    info: str = ""


class Disconnect(Strict):
    reason: Literal["completed", "unauthorized", "error"]
    info: str = ""
    output_variables: dict[str, str] = {}


class Nothing(Strict):
    """Of pong, pause, resume, updated and closed."""


FROM_SERVER: Mapping[str, type[Strict]] = {
    "opened": Opened,
    "pong": Nothing,
    "pause": Nothing,
    "resume": Nothing,
    "updated": Nothing,
    "event": Event,
    "reconnect": Reconnect,  # exists, but not for Audio Connector
    "disconnect": Disconnect,
    "closed": Nothing,
}


# --- Back to text


def compose(envelope: Mapping[str, object]) -> str:
    text = ENCODER.encode(envelope)
    # half of a surrogate pair cannot be sent; the rest of the text still can
    return text if text.isascii() else HALVES.sub(REPLACEMENT, text)
