"""`user_defined`: the vgw commands of IBM's voice gateway, which its phone integration still takes.

What is no such command is left to other plugins.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from types import AsyncGeneratorType
from typing import Any

import anyio.lowlevel

from switchhook import (
    Action,
    AppInfo,
    CallInfo,
    Play,
    Say,
    UserDefinedResponse,
    hookimpl,
    parse_response,
)

# Modules, not their handlers: a hook in this namespace would be asked here too.
from . import dtmf, speech_to_text, start_activities, stop_activities, text_to_speech
from .audio import files_for, play
from .channels import is_for_telephone
from .connect_to_agent import HandOverSettings, hand_over
from .fetching import Fetcher
from .settings import settings_of
from .speaking import LONGEST, said
from .vgw import UNCACHED, Response, Spoken, perform

MOST = 50  # commands in one response


@dataclass(frozen=True, slots=True)
class Kit:
    """What handlers of other types have of their own."""

    files: Fetcher | None = None
    names: HandOverSettings = field(default_factory=HandOverSettings)


HANDLERS: Mapping[str, Callable[[Any, CallInfo, Kit], Any]] = {
    "audio": lambda response, _, kit: play(response, kit.files),
    "connect_to_agent": lambda response, _, kit: hand_over(response, kit.names),
    "dtmf": lambda response, call, _: dtmf.handle_dtmf(response, call),
    "speech_to_text": lambda response, *_: speech_to_text.handle_speech_to_text(response),
    "text_to_speech": lambda response, *_: text_to_speech.handle_text_to_speech(response),
    "start_activities": lambda response, *_: start_activities.handle_start_activities(response),
    "stop_activities": lambda response, *_: stop_activities.handle_stop_activities(response),
}


@asynccontextmanager
async def _kit(app: AppInfo) -> AsyncIterator[Kit]:
    async with files_for(app) as files:
        yield Kit(files, settings_of(app, "connect_to_agent", HandOverSettings))


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[object]:
    return _kit(app)


@hookimpl(trylast=True)
def handle_user_defined(
    response: UserDefinedResponse, call: CallInfo
) -> AsyncGenerator[Action] | list[Action] | None:
    commands = _commands(response.user_defined)
    if not commands:
        return None
    return _perform(commands[:MOST], call) if is_for_telephone(response) else []


@hookimpl
def rewrite_action(action: Action, call: CallInfo) -> Action | None:
    """Texts behind vgwActExcludeFromTTSCache, in the same reply."""
    return replace(action, cached=False) if isinstance(action, Say) and call.state.get(UNCACHED) else None


@hookimpl
def turn_completed(call: CallInfo) -> None:
    call.state.pop(UNCACHED, None)


def _commands(given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    one, several = given.get("vgwAction"), given.get("vgwActionSequence")
    found = [one, *(several if isinstance(several, list) else [])]
    return [each for each in found if isinstance(each, Mapping) and isinstance(each.get("command"), str)]


async def _perform(commands: list[Mapping[str, Any]], call: CallInfo) -> AsyncGenerator[Action]:
    heavy = 0
    for command in commands:
        given = command.get("parameters")
        for made in perform(command["command"], given if isinstance(given, Mapping) else {}, call):
            if isinstance(made, dict):
                async for action in _as_response(made, call):
                    yield action
            elif isinstance(made, Spoken):
                for action in said(made.text):
                    yield await _with_fallback(action, made.source, call)
                heavy += len(made.text)
                if heavy > LONGEST:  # other calls have their turn, also where nothing is left to say
                    heavy = 0
                    await anyio.lowlevel.cancel_shielded_checkpoint()
            else:
                yield made


async def _with_fallback(action: Action, source: str, call: CallInfo) -> Action:
    if not source or not isinstance(action, Say):
        return action
    given: Response = {"response_type": "audio", "source": source}
    found = [each async for each in _as_response(given, call) if isinstance(each, Play)]
    return replace(action, otherwise=found[0] if found else None)


async def _as_response(made: Response, call: CallInfo) -> AsyncIterator[Action]:
    """By the handler of the type that says the same today."""
    answer = HANDLERS[made["response_type"]](parse_response(made), call, call.plugin or Kit())
    if isinstance(answer, AsyncGeneratorType):
        async for action in answer:
            yield action
    else:
        for action in answer:
            yield action
