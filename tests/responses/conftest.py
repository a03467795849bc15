"""A handler as a call asks it."""

import inspect

import pytest

from switchhook import CallInfo, parse_response
from switchhook.call.conversing.performing import Performing
from switchhook.call.dialogue.events import ActionDue, Faulted, NotPerformed
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins
from switchhook_responses import (
    audio,
    connect_to_agent,
    dtmf,
    end_session,
    image,
    option,
    others,
    speech_to_text,
    start_activities,
    stop_activities,
    text,
    text_to_speech,
    user_defined,
)

HANDLERS = (
    *(audio, connect_to_agent, dtmf, end_session, image, option, others, speech_to_text, start_activities),
    *(stop_activities, text, text_to_speech, user_defined),
)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def call():
    return CallInfo("1", "bank")


def asked(handle, item, call):
    """What a handler says to a response, given what it asks for."""
    given = {"response": parse_response(item), "call": call, "plugin": call and call.plugin}
    return handle(**{name: given[name] for name in inspect.signature(handle).parameters})


async def all_of(answer):
    return [action async for action in answer] if inspect.isasyncgen(answer) else list(answer)


async def performed(item, call, *strangers, **values):
    """What comes of a response where these plugins are there, besides those of this distribution: its actions,
    and what went wrong. `values`: what lifespans yielded."""
    plugins = Plugins()
    for module in reversed(HANDLERS):
        name = module.__name__.rpartition(".")[2]
        plugins.hold(Plugin(f"responses/{name}", "switchhook-responses", "0", module))
    for number, module in enumerate(strangers):
        plugins.hold(Plugin(f"responses/acme{number}", "acme", "0", module))
    plugins.guard.values |= {f"responses/{name}": value for name, value in values.items()}
    done = []

    def wrong(event):
        assert isinstance(event, ActionDue | NotPerformed | Faulted)
        done.append(event.action if isinstance(event, ActionDue) else event)

    hooks = Hooks(plugins, list(plugins.loaded.values()))
    performing = Performing(hooks, call, wrong)
    await performing.respond(1, 1, parse_response(item), lambda _place, _by, action: done.append(action))
    return done
