"""`assistant = { use = "conformance" }`: the cooperating bot, for servers that are Switchhook.

Voice and ear are the connector's own; what this bot has to say is tones.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio

from switchhook import (
    Action,
    Assistant,
    EndCall,
    Options,
    Play,
    SetCallerAudio,
    Table,
    UserDefinedResponse,
    hookimpl,
)

from .behaviours import RobotStep
from .conversation import MARK, Robot
from .tones import silence, tone


class RobotOptions(Table):
    """None."""


@hookimpl
def create_assistant(options: Options) -> Assistant:
    options.parse(RobotOptions)
    return Robot()


@hookimpl
def handle_user_defined(response: UserDefinedResponse) -> AsyncGenerator[Action] | None:
    steps = response.user_defined.get(MARK)
    return None if steps is None else _perform([RobotStep(*step) for step in steps])


async def _perform(steps: list[RobotStep]) -> AsyncGenerator[Action]:
    for step in steps:
        match step.kind:
            case "tone":
                yield Play(tone(step.seconds))
            case "silence":
                yield Play(silence(step.seconds))
            case "wait":
                await anyio.sleep(step.seconds)
            case "pause" | "resume":
                yield SetCallerAudio(step.kind == "resume")
            case "end":
                yield EndCall()
