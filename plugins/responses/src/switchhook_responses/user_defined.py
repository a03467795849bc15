"""`user_defined`: the vgw commands of IBM's voice gateway, which its phone integration still takes, and what
is asked of Switchhook itself: `{"switchhook": {"set_language": "es-US"}}`.

Anything else is left to other plugins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

from switchhook import (
    Action,
    CallInfo,
    Remark,
    Response,
    Say,
    SetLanguage,
    UserDefinedResponse,
    hookimpl,
)

from .channels import is_for_telephone
from .commands import commands_of
from .vgw import UNCACHED, perform

MOST = 50  # commands in one response
OURS = "switchhook"


@hookimpl(trylast=True)
def handle_user_defined(response: UserDefinedResponse, call: CallInfo) -> Iterable[Action | Response] | None:
    commands, given = commands_of(response.user_defined), response.user_defined
    if not commands and OURS not in given:
        return None
    if not is_for_telephone(response):
        return []
    asked = _asked(given[OURS]) if OURS in given else ()
    return chain(asked, chain.from_iterable(perform(command, call) for command in commands[:MOST]))


def _asked(given: object) -> Iterator[Action]:
    """What is asked of Switchhook itself."""
    if not isinstance(given, Mapping):
        yield Remark(f"user_defined {OURS}: expected a table")
        return
    for name, value in islice(given.items(), MOST):
        if name != "set_language":
            yield Remark(f"user_defined {OURS}: there is no {name[:40]!r}; known: set_language")
        elif isinstance(value, str) and value:
            yield SetLanguage(value)
        else:
            yield Remark(f"user_defined {OURS}: set_language: expected a language tag such as 'es-US'")


@hookimpl
def rewrite_action(action: Action, call: CallInfo) -> Action | None:
    """Texts behind vgwActExcludeFromTTSCache in the same reply are not cached."""
    return replace(action, cached=False) if isinstance(action, Say) and call.state.get(UNCACHED) else None


@hookimpl
def turn_completed(call: CallInfo) -> None:
    call.state.pop(UNCACHED, None)
