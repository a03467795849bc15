"""The script of the cooperating bot, which any server's bot may follow; docs/reference/conformance.md has it.

The input variable `conformance` of a session names the behaviour; without it, or with another value, the bot
is `quiet`. Where nothing else is said, each utterance and each key is answered with a second of audio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple


class RobotStep(NamedTuple):
    """One thing to do, `seconds` long. pause: ask for no caller audio; resume: ask for it again."""

    kind: Literal["tone", "silence", "wait", "pause", "resume", "end", "fail"]
    seconds: float = 0.0


ANSWER = (RobotStep("tone", 1.0),)
TOGGLE = tuple(
    step for _ in range(6) for step in (RobotStep("pause"), RobotStep("wait", 0.08), RobotStep("resume"))
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`outputs`: variables at the end. `opening`, `closing`: seconds that it takes to start and to stop."""

    does: str  # for people who make a bot of their own
    greeting: tuple[RobotStep, ...] = ()
    answer: tuple[RobotStep, ...] = ANSWER  # to each utterance and each key
    outputs: Mapping[str, Any] = field(default_factory=dict)
    opening: float = 0.0
    closing: float = 0.0


BEHAVIOURS: Mapping[str, Behaviour] = {
    "quiet": Behaviour("says nothing until it is spoken to"),
    "talk": Behaviour(
        "greets with 20 s of audio, ready at once; speech and keys may interrupt it",
        (RobotStep("tone", 20.0),),
    ),
    "slow": Behaviour(
        "greets with five tones of 0.8 s, one ready each second",
        tuple(step for _ in range(5) for step in (RobotStep("tone", 0.8), RobotStep("wait", 1.0))),
    ),
    "silence": Behaviour("greets with 2 s of digital silence", (RobotStep("silence", 2.0),)),
    "pause": Behaviour(
        "asks for no caller audio, begins to play 5 s of audio, asks for caller audio again after 2 s",
        (RobotStep("pause"), RobotStep("tone", 5.0), RobotStep("wait", 2.0), RobotStep("resume")),
    ),
    "toggle": Behaviour("asks for no caller audio, and for it again, six times within 0.5 s", TOGGLE),
    "resume": Behaviour("asks for caller audio after 1 s", (RobotStep("wait", 1.0), RobotStep("resume"))),
    "report": Behaviour(
        "says nothing; at the key # ends with the output variables `digits` (keys before the #, in order), "
        "`utterances` (how many it heard), `language`, `caller` (the number without its scheme), and each "
        "input variable NAME as `echo_NAME`",
        answer=(),
    ),
    "end": Behaviour(
        "plays 1 s of audio, ends, with the output variable `result` of `done`",
        (RobotStep("tone", 1.0), RobotStep("end")),
        outputs={"result": "done"},
    ),
    "end_twice": Behaviour("asks for the end twice in a row", (RobotStep("end"), RobotStep("end"))),
    "values": Behaviour(
        "ends with the output variables `yes` of true, `count` of 7, `nothing` of null and "
        '`table` of {"a": [1]}',
        (RobotStep("end"),),
        outputs={"yes": True, "count": 7, "nothing": None, "table": {"a": [1]}},
    ),
    "large": Behaviour(
        "ends with 100 output variables of 1,000 characters each",
        (RobotStep("end"),),
        outputs={f"large_{number}": "x" * 1000 for number in range(100)},
    ),
    "fail": Behaviour("fails, as by a bug in it, at the first turn", (RobotStep("fail"),)),
    "late": Behaviour("needs 6 s to start", opening=6.0),
    "linger": Behaviour("needs 5 s to stop when the session ends", closing=5.0),
}
