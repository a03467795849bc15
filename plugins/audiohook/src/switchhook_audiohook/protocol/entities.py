"""What an event of the server carries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .durations import Duration
from .messages import Strict, Uuid

Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class TurnResponse(Strict):
    """The data of `bot_turn_response`."""

    disposition: Literal["match", "no_match", "no_input"]
    text: str = ""
    confidence: Share | None = None


class Token(Strict):
    type: Literal["word"]
    value: str
    confidence: Share
    offset: Duration
    duration: Duration
    language: str | None = None


class Interpretation(Strict):
    type: Literal["display"]
    transcript: str
    tokens: list[Token] | None = None


class Alternative(Strict):
    confidence: Share
    languages: list[str] | None = None
    interpretations: Annotated[list[Interpretation], Field(min_length=1)]


class Transcript(Strict):
    """The data of `transcript`: what was recognised, by the seconds of the client's timeline."""

    id: Uuid  # of the utterance; the same in what is not final yet
    channel_id: Literal[0, 1]
    is_final: bool
    offset: Duration | None = None
    duration: Duration | None = None
    alternatives: Annotated[list[Alternative], Field(min_length=1)]
