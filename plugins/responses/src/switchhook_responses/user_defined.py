"""`user_defined`: the vgw commands of IBM's voice gateway, which its phone integration still takes.

What is no such command is left to other plugins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from switchhook import Action, CallInfo, Response, Say, UserDefinedResponse, hookimpl

from .channels import is_for_telephone
from .commands import commands_of
from .vgw import UNCACHED, perform

MOST = 50  # commands in one response


@hookimpl(trylast=True)
def handle_user_defined(response: UserDefinedResponse, call: CallInfo) -> Iterable[Action | Response] | None:
    commands = commands_of(response.user_defined)
    if not commands:
        return None
    if not is_for_telephone(response):
        return []
    return chain.from_iterable(perform(command, call) for command in commands[:MOST])


@hookimpl
def rewrite_action(action: Action, call: CallInfo) -> Action | None:
    """Texts behind vgwActExcludeFromTTSCache, in the same reply."""
    return replace(action, cached=False) if isinstance(action, Say) and call.state.get(UNCACHED) else None


@hookimpl
def turn_completed(call: CallInfo) -> None:
    call.state.pop(UNCACHED, None)
