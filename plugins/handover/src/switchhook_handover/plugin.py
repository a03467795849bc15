"""The plugin `handover`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from switchhook import Action, AppInfo, CallInfo, Turn, hookimpl

from .desk import Desk
from .settings import HandoverSettings


@hookimpl
def settings_model() -> type[HandoverSettings]:
    return HandoverSettings


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[Desk]:
    return Desk(app.settings_of("handover")).working()


@hookimpl
def turn_started(call: CallInfo, turn: Turn, plugin: Desk | None) -> None:
    if plugin is not None:  # None: outside a server
        plugin.began(call, turn)


@hookimpl(trylast=True)
def rewrite_action(action: Action, call: CallInfo, plugin: Desk | None) -> list[Action] | None:
    """What other plugins have left of it, is what is said."""
    return None if plugin is None else plugin.rewrite(action, call)
