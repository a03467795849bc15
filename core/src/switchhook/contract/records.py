"""The call record: what happened, turn by turn, whatever happened. Schema 1.

Texts, digits and variable values in it are masked as the connector says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

from .visible import visible_json

SCHEMA = 1


@dataclass(slots=True)
class TurnRecord:
    """One turn. Times are seconds since the call began, latencies seconds."""

    number: Annotated[int, "1 is the greeting turn"]
    kind: Annotated[str, "start, speech, digits, no_input, no_final, forced or follow_up"]
    at: Annotated[float, "when it was sent to the assistant"]
    text: Annotated[str, "what the caller said or keyed, masked"] = ""
    confidence: Annotated[float | None, "of the recognition, 0 to 1, where the engine says it"] = None
    barge_in: Annotated[
        dict[str, float] | None, "`at`, and how many seconds were `heard` of what was cut"
    ] = None
    latency: Annotated[
        dict[str, float],
        "`recognition`: end of speech to its final; `assistant`: turn sent to first response; `synthesis`: "
        "first prompt queued to its first sound sent; `total`: end of speech or key to first sound sent",
    ] = field(default_factory=dict)
    stages: Annotated[
        dict[str, list[float]],
        "when each began and ended, seconds since the call began: `recognition`, `assistant` to the end of "
        "its reply, `synthesis` as in `latency`, `playback` from the first sound sent to the last one heard "
        "or cut",
    ] = field(default_factory=dict)
    actions: Annotated[
        list[dict[str, Any]], "`response` (its place in the reply), `action`, `plugin`; at most 1000"
    ] = field(default_factory=list)
    said: Annotated[list[str], "the texts queued to be spoken, masked"] = field(default_factory=list)
    usage: Annotated[dict[str, int], "what the assistant says that its reply was billed for"] = field(
        default_factory=dict
    )


@dataclass(slots=True)
class CallRecord:
    """One call that was opened. A call that was refused before leaves a short line of `kind` "refused" with
    `at`, `reason` and what the transport knew; if there are more than sixty in a minute, the others are
    counted by reason in a line with `left_out`."""

    id: Annotated[str, "of the leg"]
    connector: Annotated[str, "name of the connector"]
    started: Annotated[str, "when it was answered, UTC, ISO 8601"]
    conversation_id: Annotated[str, "the peer's"] = ""
    correlation_id: Annotated[str, "the peer's, for support tickets"] = ""
    organization_id: Annotated[str, "the peer's"] = ""
    api_version: Annotated[str, "as asked for in the address"] = ""
    language: Annotated[str, "that was spoken, at the end if it changed"] = ""
    language_asked: Annotated[str, "the peer's word for the one it wanted, as it came"] = ""
    ani: Annotated[str, "the caller's number, masked"] = ""
    dnis: Annotated[str, "the number called, masked"] = ""
    seconds: Annotated[float, "how long it lasted"] = 0.0
    outcome: Annotated[
        str,
        "completed, handed_over, hung_up, lost, failed, no_input, max_call, stopped, or interrupted: the "
        "process ended before the call did",
    ] = ""
    reason: Annotated[str, "of the outcome, where there is more to say"] = ""
    closed: Annotated[
        str,
        "how the leg ended: ended (as we asked), hung_up, lost, refused, or interrupted: the process ended "
        "before the leg did, and what came after the last turn is not known; then a detail",
    ] = ""
    turns: Annotated[list[TurnRecord], "in order"] = field(default_factory=list)
    not_performed: Annotated[
        list[dict[str, Any]],
        "responses that no plugin performed: `turn`, `type`, `problem`. `type` is remark where something was "
        "performed otherwise than asked: cut, in another language, or without a text that no voice can say",
    ] = field(default_factory=list)
    faults: Annotated[
        list[dict[str, Any]],
        "what plugins and engines did wrong: `source`, `hook`, `error`, `at`, `line` where a plugin's file "
        "raised, and `engine` where another one followed; at most 100",
    ] = field(default_factory=list)
    input_variables: Annotated[dict[str, Any], "from the flow; values masked"] = field(default_factory=dict)
    output_variables: Annotated[dict[str, Any], "to the flow; values masked"] = field(default_factory=dict)
    custom_data: Annotated[dict[str, Any], "what the assistant had noted; values masked"] = field(
        default_factory=dict
    )
    caller_audio: Annotated[float, "seconds received"] = 0.0
    gaps: Annotated[float, "seconds of caller audio that never came"] = 0.0
    paused: Annotated[
        float,
        "seconds in which the peer's own pause kept the caller from being heard",
    ] = 0.0
    pauses: Annotated[int, "how many such pauses"] = 0
    barge_ins: Annotated[int, "how often the caller interrupted a prompt"] = 0
    failovers: Annotated[int, "how often an engine failed and another, or the same one again, went on"] = 0
    usage: Annotated[dict[str, int], "of all turns: what the assistant says that it is billed for"] = field(
        default_factory=dict
    )
    recognized: Annotated[float, "seconds of audio that recognitions were given"] = 0.0
    synthesized: Annotated[
        int, "characters that voices were asked to speak; what the prompt cache had is not among them"
    ] = 0
    noise: Annotated[float, "seconds of the caller's voice that came to no words, or to none believed"] = 0.0
    prompt_audio: Annotated[float, "seconds that the caller heard"] = 0.0
    recordings: Annotated[
        list[str], "files, or addresses in a store, that plugins keep of the call's sound"
    ] = field(default_factory=list)
    record_id: Annotated[str, "of this record, and of no other: the leg's id comes from outside"] = field(
        default_factory=lambda: uuid4().hex
    )
    schema: Annotated[int, "of this record"] = SCHEMA
    kind: Annotated[str, "call"] = "call"

    def line(self) -> str:
        return to_line({**self.so_far(), "turns": [table_of(turn) for turn in self.turns]})

    def so_far(self) -> dict[str, Any]:
        """All but the turns; nothing is copied."""
        return {name: [] if name == "turns" else getattr(self, name) for name in self.__slots__}


def table_of(turn: TurnRecord) -> dict[str, Any]:
    """Its fields; nothing is copied."""
    return {name: getattr(turn, name) for name in turn.__slots__}


def to_line(item: Mapping[str, object]) -> str:
    return visible_json(json.dumps(item, ensure_ascii=False, separators=(",", ":"), default=str))


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
