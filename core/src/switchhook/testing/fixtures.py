"""Fixtures that pytest finds without an import: all begin with `switchhook_`, and import what they need when
a test asks for them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..contract.actions import Action
    from ..contract.assistant import Assistant
    from ..contract.info import CallInfo
    from ..contract.responses import Response
    from ..virtual.engines import Answering
    from .talk import Talk


@pytest.fixture
def switchhook_handle() -> Callable[..., list[Action | Response] | None]:
    """`switchhook_handle(plugin, response, call=…, value=…)`: as `actions_of`, in virtual time."""

    def handle(
        plugin: object,
        response: Response | Mapping[str, Any],
        *,
        call: CallInfo | None = None,
        value: object = None,
    ) -> list[Action | Response] | None:
        import anyio

        from ..virtual.clock import virtual_time
        from .handling import actions_of

        async def ask() -> list[Action | Response] | None:
            return await actions_of(plugin, response, call=call, value=value)

        return anyio.run(ask, **virtual_time())

    return handle


@pytest.fixture
def switchhook_call() -> Callable[..., Talk]:
    """`switchhook_call(caller, assistant, plugins=[…])`: a whole call in virtual time. `caller` is an async
    function that is given the Talk; `assistant` one of your own, or a function from a turn to a reply as
    MemoryAssistant has it. What else `a_call` takes may be given."""

    def call(
        caller: Callable[[Talk], Awaitable[object]],
        assistant: Assistant | Answering,
        *,
        plugins: Sequence[object] = (),
        **more: Any,
    ) -> Talk:
        import anyio

        from ..virtual.clock import virtual_time
        from ..virtual.engines import MemoryAssistant
        from .talk import a_call

        given: Any = assistant if hasattr(assistant, "open") else MemoryAssistant(assistant)

        async def run() -> Talk:
            failed: Exception | None = None
            async with a_call(given, plugins=plugins, **more) as talk:
                try:
                    await caller(talk)
                except Exception as error:  # noqa: BLE001  # raised below, out of the call's task group
                    failed = error
            if failed is not None:
                raise failed
            return talk

        return anyio.run(run, **virtual_time())

    return call
