"""A handler as a call asks it."""

import inspect

import pytest

from switchhook import CallInfo, parse_response


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def call():
    return CallInfo("1", "bank")


def asked(handle, item, call):
    """What a handler says to a response, given what it asks for."""
    given = {"response": parse_response(item), "call": call}
    return handle(**{name: given[name] for name in inspect.signature(handle).parameters})


async def all_of(answer):
    return [action async for action in answer] if inspect.isasyncgen(answer) else list(answer)
