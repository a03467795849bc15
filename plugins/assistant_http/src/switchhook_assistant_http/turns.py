"""A turn as it is sent: in our own form, which `Asked` describes, or in Rasa's."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from switchhook import CallInfo, Turn
from switchhook_http import Confided

from .options import HttpOptions, Kind

Json = dict[str, Any]

CALL = "id", "conversation_id", "connector", "language"
WORDS = 4_000  # characters of what was said


class AskedCall(BaseModel):
    """The call that a turn belongs to."""

    id: str = Field(description="the same for all turns of a call, and never again")
    conversation_id: str = Field(description="the peer's own id of the conversation; may be empty")
    connector: str = Field(description="its name in the configuration")
    language: str = Field(description="that is spoken, as a BCP 47 tag; it may change during the call")
    ani: str | None = Field(None, description='the caller\'s number; only with tell = ["numbers"]')
    dnis: str | None = Field(None, description="the number that was called; likewise")


class AskedTurn(BaseModel):
    """What the caller has done."""

    number: int = Field(description="1 is the start of the call")
    kind: Kind = Field(
        description="`start`: greet the caller. `speech`, `digits`: what was said or keyed. `no_input`: "
        "nothing was said. `no_final`: the caller spoke without an end. `forced`: a plugin asked for it. "
        "`follow_up`: the answer before asked for it"
    )
    text: str = Field(description="what was said or keyed; empty where it is not told")
    input: dict[str, Any] | None = Field(None, description="of the option that the caller chose")
    confidence: float | None = Field(None, description="of the recognition, 0 to 1")
    sensitive: bool = Field(
        False, description='it was asked for in confidence; its text is told only with tell = ["sensitive"]'
    )
    length: int = Field(0, description="characters of what was said or keyed, whether it is told or not")
    collected: bool | None = Field(None, description="of keys that were asked for: there were enough of them")
    barged_in: bool = Field(False, description="the caller spoke into the answer before")
    heard: str = Field("", description="then: about what the caller had heard of it, and no more")
    failed: list[str] = Field(
        default_factory=list, description="types of responses of the last answer that could not be performed"
    )


class Asked(BaseModel):
    """The body of a request."""

    version: Literal[1] = 1
    id: str = Field(description="of the turn; a second try has the same one, also in the header webhook-id")
    call: AskedCall
    turn: AskedTurn
    variables: dict[str, Any] = Field(description="of the session: the flow's, and what was set since")


def asked(turn: Turn, call: CallInfo, options: HttpOptions, confided: Confided) -> Json:
    """What was given in confidence is in it nowhere, unless the service may know it."""
    hidden = turn.sensitive and "sensitive" not in options.tell
    if hidden:
        confided.keep(turn.text)
    numbers = {"ani": call.ani, "dnis": call.dnis} if "numbers" in options.tell else {}
    named = options.variables
    variables = {name: each for name, each in turn.variables.items() if named is None or name in named}
    same = {name: getattr(turn, name) for name in ("number", "kind", "confidence", "collected", "barged_in")}
    body = Asked(
        id=turn_id(turn, call),
        call=AskedCall(**{name: getattr(call, name) for name in CALL}, **numbers),
        turn=AskedTurn(
            **same,
            text="" if hidden else confided.without(turn.text)[:WORDS],
            input=None if hidden else confided.without_in(turn.input),
            sensitive=turn.sensitive,
            length=len(turn.text),
            heard=confided.without(turn.heard)[:WORDS],
            failed=list(dict.fromkeys(turn.failed)),
        ),
        variables=confided.without_in(variables),
    )
    return body.model_dump(exclude_none=True)


def asked_of_rasa(turn: Turn, call: CallInfo, options: HttpOptions, confided: Confided) -> Json:
    """`sender`, `message` and `metadata`, which Rasa's REST channel hands to the tracker."""
    whole = asked(turn, call, options, confided)
    chosen = whole["turn"].get("input", {}).get("text")
    said = chosen if isinstance(chosen, str) else whole["turn"]["text"]
    message = said or options.events.get(turn.kind, "")
    return {"sender": call.id, "message": message, "metadata": {"switchhook": whole}}


def turn_id(turn: Turn, call: CallInfo) -> str:
    return f"{call.id}-{turn.number}"
